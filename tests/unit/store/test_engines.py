"""The same facts in SQLite and in PostgreSQL."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ledger_node.store.database import Database
from ledger_node.store.lease import open_alone
from tests.fakes import digest
from tests.postgresql import PostgreSql
from tests.unit.store.chronicle import Chronicle

pytestmark = pytest.mark.slow


@pytest.fixture
def on_postgresql(postgresql: PostgreSql) -> Database:
    return open_alone(postgresql.new_url())


def test_digests_are_the_same(tmp_path: Path, on_postgresql: Database) -> None:
    on_sqlite = open_alone(f"sqlite:///{tmp_path / 'node.db'}")
    told = []
    for database in (on_sqlite, on_postgresql):
        chronicle = Chronicle(database)
        for number in range(3):
            chronicle.consent(digest(20 + number), condition=7254)
            chronicle.use(digest(20 + number), 1, 4, 1_000)
        told.append((chronicle.index.digest(), chronicle.index.counts()))
        database.close()
    assert told[0] == told[1]
    assert sum(told[0][1].values()) > 6


def test_a_writer_waits_for_the_one_before(on_postgresql: Database) -> None:
    """As SQLite's do: what a write has read cannot change before it commits."""
    begun, order = threading.Event(), list[str]()

    def second() -> None:
        begun.wait()
        with on_postgresql.write():
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with on_postgresql.write():
        begun.set()
        thread.join(timeout=0.5)
        order.append("first")
    thread.join(timeout=10)
    on_postgresql.close()
    assert order == ["first", "second"]
