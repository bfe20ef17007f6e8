"""Reads on record: what is kept when an append returns, shown page by page, forgotten by age."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger_node.ports import RecordedRead
from ledger_node.store.database import Database
from ledger_node.store.read_record import SqlReadRecord

READ = RecordedRead(1_000, "key 3f0c51a2b77d desk", "get_consent", "0x" + "ab" * 32, 7)


@pytest.fixture
def record(database: Database) -> SqlReadRecord:
    return SqlReadRecord(database)


def numbers(reads: list[RecordedRead]) -> list[int]:
    return [one.number for one in reads]


def test_what_was_appended_is_there_for_another_process(record: SqlReadRecord, database: Database) -> None:
    bare = replace(READ, subject=None, as_of=None)
    record.append([READ, bare])
    record.append([READ])
    other = Database(database.url)
    assert SqlReadRecord(other).list_recent(9) == [
        replace(READ, number=3),
        replace(bare, number=2),
        replace(READ, number=1),
    ]
    other.close()


def test_pages_go_back(record: SqlReadRecord) -> None:
    record.append([READ] * 5)
    assert [numbers(record.list_recent(2, before)) for before in (None, 4, 2, 1)] == [[5, 4], [3, 2], [1], []]


def test_old_reads_are_forgotten_and_numbers_go_on(record: SqlReadRecord) -> None:
    record.append([replace(READ, read_at=at) for at in (10, 20, 30)])
    assert record.forget(before=30) == 2
    record.append([READ])
    assert numbers(record.list_recent(9)) == [4, 3]
