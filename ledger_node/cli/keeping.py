"""What `node backup`, `restore`, `upgrade` and `api-key` do: the store and the key files, without the chain."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger_node import __version__
from ledger_node.backup import making, restoring
from ledger_node.backup.archive import Manifest
from ledger_node.config import NodeConfig, load_config
from ledger_node.store.api_keys import SqlApiKeys
from ledger_node.store.database import Database
from ledger_node.store.lease import nobody_writes
from ledger_node.store.revisions import newest, require_known, require_newest


def backup(config_file: Path, out: Path) -> Manifest:
    with _store(config_file) as (config, database):
        return making.make(config, database, out, software=__version__, now=int(time.time()))


def restore(config_file: Path, file: Path) -> Manifest:
    with _store(config_file) as (config, database):
        return restoring.restore(config, database, file)


def upgrade(config_file: Path) -> tuple[str | None, str | None]:
    """The revision before and after."""
    with _store(config_file) as (_, database):
        before = database.revision()
        if before is None or before != newest():
            if before is not None:
                require_known(before)
            with nobody_writes(database):
                database.migrate()
        return before, database.revision()


@contextmanager
def api_keys(config_file: Path) -> Iterator[SqlApiKeys]:
    """Beside the node, if it runs. StoreOutdated when the tables are of another revision."""
    with _store(config_file) as (_, database):
        revision = database.revision()
        if revision is None:
            database.migrate()
        else:
            require_newest(revision)
        yield SqlApiKeys(database)


@contextmanager
def _store(config_file: Path) -> Iterator[tuple[NodeConfig, Database]]:
    config = load_config(config_file)
    database = Database(config.database)
    try:
        yield config, database
    finally:
        database.close()
