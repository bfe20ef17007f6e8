"""Tables of an older or newer revision, and the way from one to the other, on either engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger_node.cli import keeping
from ledger_node.errors import NotTheWriter, StoreOutdated
from ledger_node.store import revisions
from ledger_node.store.database import Database
from ledger_node.store.lease import Lease, nobody_writes


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty store."""
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("postgresql").new_url() if postgresql else f"sqlite:///{tmp_path / 'node.db'}"
    made = Database(url)
    yield made
    made.close()


@pytest.fixture
def config(store: Database, tmp_path: Path) -> Path:
    file = tmp_path / "node.toml"
    file.write_text(f'database = "{store.url}"\n')
    return file


def make(store: Database, revision: str) -> None:
    with store.write() as connection:
        revisions.bring(connection, revision)


def write_down(store: Database, revision: str) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_empty_store_gets_its_tables(store: Database) -> None:
    assert store.revision() is None
    store.require_tables()
    store.require_tables()
    assert store.revision() == revisions.newest()


def test_older_tables_are_refused_until_they_are_upgraded(store: Database, config: Path) -> None:
    make(store, "0001")
    with pytest.raises(StoreOutdated) as refused:
        store.require_tables()
    assert "medledger node upgrade" in refused.value.needed
    assert keeping.upgrade(config) == ("0001", revisions.newest())
    store.require_tables()
    assert keeping.upgrade(config) == (revisions.newest(), revisions.newest())


def test_newer_tables_are_refused_and_left_alone(store: Database, config: Path) -> None:
    store.migrate()
    write_down(store, "9999")
    for act in (store.require_tables, lambda: keeping.upgrade(config)):
        with pytest.raises(StoreOutdated) as refused:
            act()
        assert "newer" in refused.value.detail
    assert store.revision() == "9999"


def test_upgrade_waits_until_nobody_writes(store: Database, config: Path) -> None:
    store.migrate()
    writer = Lease(store, "0.9")
    assert writer.take()
    write_down(store, "0001")
    with pytest.raises(NotTheWriter):
        keeping.upgrade(config)
    assert store.revision() == "0001"
    writer.lose()


def test_writer_without_its_lock_is_seen_by_its_beat(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    store.migrate()
    writer = Lease(store, "0.9")
    assert writer.take()
    writer._lock.free()
    other = Database(store.url)
    with nobody_writes(other, 0):
        pass

    def beats(seconds: float) -> None:
        with store.write(as_writer=True) as connection:
            connection.execute(text("UPDATE local_writer SET beat = beat + 1"))

    monkeypatch.setattr("time.sleep", beats)
    with pytest.raises(NotTheWriter), nobody_writes(other):
        pass
    other.close()


def test_standby_of_older_software_does_not_take_over_after_an_upgrade(store: Database) -> None:
    store.migrate()
    standby = Lease(store, "0.9")
    write_down(store, "9999")
    with pytest.raises(StoreOutdated):
        standby.take()
