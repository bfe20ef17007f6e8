"""What the store says of how the node stands."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, event, insert, update

from ledger_node.domain.figures import Figures
from ledger_node.errors import StoreUnavailable
from ledger_node.store.database import Database
from ledger_node.store.gauges import TRUSTED, SqlGauges
from ledger_node.store.pins import SqlPins
from ledger_node.store.schema.following import block
from ledger_node.store.schema.local import alarm, pause, submission, writer
from tests.fakes import FakeClock, address, digest
from tests.submissions import row


def test_gauges_of_an_empty_store_are_nothing(database: Database) -> None:
    assert SqlGauges(database, FakeClock()).read() == Figures(epoch=1)


def test_gauges_count_what_waits(database: Database) -> None:
    clock = FakeClock()
    with database.write() as connection:
        rows = [row(1, "final", 0), row(2, "sent", 1, 950), row(3, "signed", 2, 940), row(4, "signed", 5, 960)]
        connection.execute(insert(submission), rows)
        connection.execute(insert(pause).values(signer=address(9), reason="drill", since=1))
        values = {"transaction": digest(1), "signer": address(9), "nonce": 3, "block": 1, "raised_at": 1}
        connection.execute(insert(alarm).values(**values))
        values = {"id": 1, "epoch": 7, "holder": "us", "beat": 1, "version": "0"}
        connection.execute(delete(writer))
        connection.execute(insert(writer).values(**values))
    pins = SqlPins(database, clock)
    pins.keep("one", b"1")
    pins.put_off("one", 2_000, others=False)
    pins.keep("two", b"2")
    found = SqlGauges(database, clock).read()
    assert found.submissions == {"final": 1, "sent": 1, "signed": 2}
    assert (found.oldest_open, found.nonce_gap) == (940, 2)  # 3 and 4 are missing between 1 and 5
    assert (found.pins_waiting, found.pins_failing, found.oldest_pin) == (2, 1, 1_000)
    assert (found.paused, found.alarms, found.epoch) == ("drill", 1, 7)


def test_each_settled_write_is_told_of_once_with_its_time_to_the_block(database: Database) -> None:
    gauges = SqlGauges(database, FakeClock())

    def state(number: int, state: str, at: int | None) -> None:
        with database.write() as connection:
            values = {"state": state, "block": at, "settled": state == "replaced"}
            connection.execute(update(submission).where(submission.c.number == number).values(**values))

    with database.write() as connection:
        rows = [row(number, "sent", number, 900 + number) for number in range(1, 6)]
        connection.execute(insert(submission), rows)
        connection.execute(insert(submission).values(row(6, "final", 6, 906, block=1)))
        for number, time in ((3, 930), (7, 970)):
            connection.execute(insert(block).values(number=number, hash=digest(number), timestamp=time))
    assert gauges.settled() == [("mined", 24)]  # after the oldest open one, so it may not have been told of
    state(2, "mined", 3)
    state(4, "failed", 5)  # a block that the index has no time of
    assert gauges.settled() == [("mined", 28), ("failed", 66)]
    assert gauges.settled() == []
    state(2, "final", 3)
    state(1, "mined", 7)
    state(3, "mined", 9)  # not indexed yet
    assert gauges.settled() == [("mined", 69)]
    state(3, "replaced", None)
    state(5, "replaced", 7)
    assert gauges.settled() == [("replaced", 65)]
    assert gauges.settled() == []
    assert SqlGauges(database, FakeClock()).settled() == []


def test_store_that_takes_no_writes_is_found_and_asked_again(database: Database) -> None:
    clock = FakeClock()
    gauges = SqlGauges(database, clock)
    gauges.require_writable()

    @event.listens_for(database.engine, "begin")
    def refuse(connection: Any) -> None:
        if connection.get_execution_options().get("medledger_lock"):
            raise StoreUnavailable("full")

    gauges.require_writable()  # a moment ago it did
    clock.time += TRUSTED
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            gauges.require_writable()
    event.remove(database.engine, "begin", refuse)
    gauges.require_writable()
