"""What `node backup`, `node restore` and `node upgrade` do: the store and the key files, without the chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger_node.config import load_config
from ledger_node.store.database import Database
from ledger_node.store.lease import nobody_writes
from ledger_node.store.revisions import newest, require_known


def upgrade(config_file: Path) -> tuple[str | None, str | None]:
    """The revision before and after."""
    with _store(config_file) as database:
        before = database.revision()
        if before is None or before != newest():
            if before is not None:
                require_known(before)
            with nobody_writes(database):
                database.migrate()
        return before, database.revision()


@contextmanager
def _store(config_file: Path) -> Iterator[Database]:
    database = Database(load_config(config_file).database)
    try:
        yield database
    finally:
        database.close()
