"""A backup into an empty store. The node that starts on it rebuilds its index from the chain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger_node.backup.archive import Manifest, unpack
from ledger_node.backup.making import files_of
from ledger_node.config import NodeConfig
from ledger_node.errors import BackupInvalid, ConfigInvalid
from ledger_node.store import local_rows, revisions
from ledger_node.store.database import Database


def restore(config: NodeConfig, database: Database, backup: Path) -> Manifest:
    """BackupInvalid, StoreOutdated when newer software made it, ConfigInvalid when something would be overwritten."""
    with TemporaryDirectory(prefix="restore-") as made:
        folder = Path(made)
        manifest = unpack(backup, folder)
        revisions.require_known(manifest.revision)
        local_rows.require_empty(database)
        files = files_of(config)
        new = [name for name in files if _is_new(files[name], folder / name)]
        for name in new:
            _put(files[name], (folder / name).read_bytes())
        tables = {
            name.removesuffix(".jsonl"): _lines(folder / name) for name in manifest.parts if name.endswith(".jsonl")
        }
        try:
            local_rows.restore(database, manifest.revision, tables)
        except ValueError:
            raise BackupInvalid("the rows of the backup do not fit", needed="a backup as it was made") from None
        return manifest


def _is_new(file: Path, content: Path) -> bool:
    """ConfigInvalid when another file is there."""
    if not content.exists():
        raise BackupInvalid("a part of the backup is missing", got=content.name)
    if not file.exists():
        return True
    if file.read_bytes() != content.read_bytes():
        raise ConfigInvalid(
            f"a file of the node is another than the backup's: {content.name}",
            needed="the file moved away, if the backup's is to be used",
        )
    return False


def _put(file: Path, content: bytes) -> None:
    """As a whole or not at all; only its owner reads it."""
    new = file.with_name(f".{file.name}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as lines:
        yield from lines
