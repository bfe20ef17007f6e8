"""Several questions in one transaction: what is written meanwhile is not seen before the moment is over."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Column, MetaData, String, Table, column, select, table

from ledger_node.errors import StoreUnavailable
from ledger_node.store.bulk import insert_all
from ledger_node.store.database import Database
from ledger_node.store.question import Question
from tests.fakes import digest
from tests.unit.store.chronicle import Chronicle


def test_a_moment_does_not_see_what_is_written_meanwhile(chronicle: Chronicle) -> None:
    index = chronicle.index
    chronicle.consent(digest(20))
    with index.moment(), index.moment():
        at = index.checkpoint()
        assert at is not None
        other = threading.Thread(target=lambda: chronicle.consent(digest(21)))
        other.start()
        other.join()
        assert index.checkpoint() == at
        assert index.find_consent(digest(21), at.number + 1) is None
        assert list(index.consents_by_id([digest(20), digest(21)], at.number + 1)) == [digest(20)]
    later = index.checkpoint()
    assert later is not None
    assert later.number == at.number + 1
    assert index.find_consent(digest(21), later.number) is not None


def test_a_moment_is_its_threads_own(chronicle: Chronicle) -> None:
    index, seen = chronicle.index, []
    with index.moment():
        index.checkpoint()
        chronicle.consent(digest(20))
        other = threading.Thread(target=lambda: seen.append(index.checkpoint()))
        other.start()
        other.join()
    assert seen == [index.checkpoint()]


def test_more_keys_than_an_engine_lets_a_statement_name(chronicle: Chronicle) -> None:
    head = chronicle.consent(digest(20))
    asked = [digest(number) for number in range(70_000)]
    assert list(chronicle.index.consents_by_id(asked, head)) == [digest(20)]


def test_what_the_driver_says_becomes_our_error(database: Database) -> None:
    broken = Question(select(column("nothing")).select_from(table("nowhere")))
    with pytest.raises(StoreUnavailable), database.read() as connection:
        broken.ask(connection)


def test_other_stores_join_the_moment_of_their_thread(chronicle: Chronicle, database: Database) -> None:
    """One connection for a request, however many stores it asks: many at once would wait for each other's second."""
    with chronicle.index.moment(), database.read() as first, database.read() as second:
        assert first is second
    with database.read() as first, database.read() as second:
        assert first is not second


def test_bulk_says_what_the_driver_says_as_our_error(database: Database) -> None:
    absent = Table("nowhere", MetaData(), Column("id", String), Column("name", String))
    with pytest.raises(StoreUnavailable), database.write() as connection:
        insert_all(connection, absent, [{"id": "x", "name": "y"}])
