"""A backup and what comes of it, on either engine; and what is refused."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from ledger_node.backup import making, restoring
from ledger_node.backup.archive import Manifest
from ledger_node.capture.parts import header_of
from ledger_node.config import NodeConfig, load_config
from ledger_node.domain.feed import BEGINNING
from ledger_node.errors import BackupInvalid, ConfigInvalid, InvalidField, StoreOutdated
from ledger_node.store import revisions
from ledger_node.store.captures import SqlCaptures
from ledger_node.store.database import Database
from ledger_node.store.local_rows import snapshot
from ledger_node.store.schema import local
from tests.captures import captured, header
from tests.fakes import FakeClock, address, digest

SECRET = "the keystore's password"
SUBMISSION = {
    "id": "one",
    "number": 1,
    "idempotency_key": "schlüssel",
    "request_digest": digest(1),
    "kind": "dataset.register",
    "subject": digest(5),
    "contract": "datasets",
    "function": "registerDataset",
    "to": address(2),
    "calldata": "0x",
    "raw": "0x02",
    "hash": digest(7),
    "signer": address(3),
    "nonce": 0,
    "state": "final",
    "settled": True,
    "created_at": 1_795_000_000,
    "block": 9,
    "status": 1,
    "outcome": {"events": ["DatasetRegistered"]},
}
QUEUED = {
    name: value for name, value in SUBMISSION.items() if name not in ("raw", "hash", "nonce", "outcome", "status")
}


@pytest.fixture
def config(tmp_path: Path) -> NodeConfig:
    for name, content in (
        ("operator.json", "{}"),
        ("operator.password", SECRET),
        ("api-keys.json", '{"steward": "key"}'),
        ("deployment.json", "{ }"),
    ):
        (tmp_path / name).write_text(content)
    (tmp_path / "node.toml").write_text("")
    return load_config(tmp_path / "node.toml")


@pytest.fixture
def filled(database: Database) -> Database:
    pin = {"cid": "bafy", "content": b"\x00\xff", "queued_at": 1, "attempts": 0, "next_at": 1}
    with database.write() as connection:
        connection.execute(insert(local.submission), SUBMISSION)
        connection.execute(insert(local.submission), QUEUED | {"id": "two", "number": 2, "idempotency_key": "k"})
        connection.execute(insert(local.secret), {"name": "salt", "value": "ab" * 32})
        connection.execute(insert(local.pin), pin)
    captures = SqlCaptures(database, FakeClock())
    captures.note([digest(2)], BEGINNING)
    capture, nodes = captured(digest(1), 7, [1, 2])
    captures.keep([capture], nodes, header_of(header(7)), [])
    return database


@pytest.fixture
def empty(filled: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A store without tables, of the same engine."""
    sqlite = filled.url.startswith("sqlite")
    made = Database(f"sqlite:///{tmp_path / 'new.db'}" if sqlite else request.getfixturevalue("postgresql").new_url())
    yield made
    made.close()


def test_restored_captures_are_whole(config: NodeConfig, filled: Database, empty: Database, tmp_path: Path) -> None:
    backup(config, filled, tmp_path / "backup")
    restoring.restore(config, empty, tmp_path / "backup")
    captures = SqlCaptures(empty, FakeClock())
    assert captures.broken() == (1, [])
    assert captures.find(digest(1), 7) == SqlCaptures(filled, FakeClock()).find(digest(1), 7) is not None
    assert (captures.mark(), [one.subject for one in captures.due(9)]) == (BEGINNING, [digest(2)])


def backup(config: NodeConfig, database: Database, out: Path) -> Manifest:
    return making.make(config, database, out, software="1.2.3", now=1_795_000_000)


def rows_of(database: Database) -> dict[str, list[Any]]:
    with snapshot(database) as found:
        return {table: [json.loads(line) for line in lines] for table, lines in found.tables.items()}


def test_restored_store_holds_every_local_row(
    config: NodeConfig, filled: Database, empty: Database, tmp_path: Path
) -> None:
    made = backup(config, filled, tmp_path / "backup")
    assert restoring.restore(config, empty, tmp_path / "backup") == made
    assert rows_of(empty) == rows_of(filled)
    assert made.parts["local_submission.jsonl"].lines == 2
    with empty.read() as connection:
        assert connection.scalar(select(local.pin.c.content)) == b"\x00\xff"
        assert connection.scalar(select(func.count()).where(local.submission.c.outcome.is_(None))) == 1
        assert connection.scalar(select(func.count()).select_from(local.writer)) == 0  # it belongs to processes
    assert empty.revision() == revisions.newest()


def test_backup_is_for_its_owner_and_without_the_password(config: NodeConfig, filled: Database, tmp_path: Path) -> None:
    out = tmp_path / "backup"
    backup(config, filled, out)
    assert out.stat().st_mode & 0o777 == 0o600
    assert SECRET.encode() not in gzip.decompress(out.read_bytes())
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    with pytest.raises(InvalidField):
        backup(config, filled, out)


def test_backup_is_of_one_moment(config: NodeConfig, filled: Database) -> None:
    with snapshot(filled) as found:
        first = list(found.tables["local_secret"])
        with filled.write() as connection:
            connection.execute(insert(local.submission), QUEUED | {"id": "three", "number": 3, "idempotency_key": "l"})
        assert len(first) == 1
        assert len(list(found.tables["local_submission"])) == 2


def test_used_store_is_not_restored_into(config: NodeConfig, filled: Database, tmp_path: Path) -> None:
    backup(config, filled, tmp_path / "backup")
    before = rows_of(filled)
    with pytest.raises(ConfigInvalid):
        restoring.restore(config, filled, tmp_path / "backup")
    assert rows_of(filled) == before


def test_key_files_come_back_and_another_one_is_kept(
    config: NodeConfig, filled: Database, empty: Database, tmp_path: Path
) -> None:
    backup(config, filled, tmp_path / "backup")
    config.keystore.unlink()
    config.api_keys.write_text("{}")
    with pytest.raises(ConfigInvalid):
        restoring.restore(config, empty, tmp_path / "backup")
    assert empty.revision() is None
    config.api_keys.unlink()
    restoring.restore(config, empty, tmp_path / "backup")
    assert config.keystore.read_text() == "{}"
    assert config.api_keys.stat().st_mode & 0o777 == 0o600


def test_older_backup_is_brought_to_the_newest_revision(
    config: NodeConfig, filled: Database, empty: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    postgresql = not filled.url.startswith("sqlite")
    old = Database(
        request.getfixturevalue("postgresql").new_url() if postgresql else f"sqlite:///{tmp_path / 'old.db'}"
    )
    with old.write() as connection:
        revisions.bring(connection, "0001")
        connection.exec_driver_sql("INSERT INTO local_secret (name, value) VALUES ('salt', 'abcd')")
    assert backup(config, old, tmp_path / "backup").revision == "0001"
    restoring.restore(config, empty, tmp_path / "backup")
    assert empty.revision() == revisions.newest()
    assert rows_of(empty)["local_secret"] == [{"name": "salt", "value": "abcd"}]
    old.close()


def repacked(file: Path, change: dict[str, bytes | None]) -> Path:
    """The backup with parts changed, or left out."""
    out = file.with_name("changed")
    with tarfile.open(file) as tar, tarfile.open(out, "w:gz") as new:
        for member in tar:
            stored = tar.extractfile(member)
            assert stored is not None
            content = change.get(member.name, stored.read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return out


def manifest_of(file: Path, **changes: object) -> bytes:
    with tarfile.open(file) as tar:
        stored = tar.extractfile("manifest.json")
        assert stored is not None
        return json.dumps(json.loads(stored.read()) | changes).encode()


@pytest.mark.parametrize("name", ["local_secret.jsonl", "keystore.json"])
@pytest.mark.parametrize("content", [b"{}\n\n", None])
def test_changed_backup_is_refused(
    config: NodeConfig, filled: Database, empty: Database, tmp_path: Path, name: str, content: bytes | None
) -> None:
    backup(config, filled, tmp_path / "backup")
    with pytest.raises(BackupInvalid):
        restoring.restore(config, empty, repacked(tmp_path / "backup", {name: content}))
    assert empty.revision() is None


def test_cut_backup_is_refused(config: NodeConfig, filled: Database, empty: Database, tmp_path: Path) -> None:
    backup(config, filled, tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    for size in (0, 1, len(whole) // 2):
        (tmp_path / "cut").write_bytes(whole[:size])
        with pytest.raises(BackupInvalid):
            restoring.restore(config, empty, tmp_path / "cut")


def test_backup_of_newer_software_is_refused(
    config: NodeConfig, filled: Database, empty: Database, tmp_path: Path
) -> None:
    backup(config, filled, tmp_path / "backup")
    for changes, error in (({"revision": "9999"}, StoreOutdated), ({"format": "medledger-backup/2"}, BackupInvalid)):
        changed = repacked(tmp_path / "backup", {"manifest.json": manifest_of(tmp_path / "backup", **changes)})
        with pytest.raises(error):
            restoring.restore(config, empty, changed)
    assert empty.revision() is None
