"""Of which revision a store's tables are, and how they get to another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ledger_node.errors import StoreOutdated


def found(connection: Connection) -> str | None:
    """None when the store has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def known() -> tuple[str, ...]:
    """Every revision of this software, the newest first."""
    with _scripts() as config:
        return tuple(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


def newest() -> str:
    return known()[0]


def bring(connection: Connection, revision: str = "head") -> None:
    """Changes the tables, inside the connection's transaction."""
    with _scripts() as config:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def require_newest(revision: str) -> None:
    """StoreOutdated when the tables are of another revision than this software's."""
    require_known(revision)
    if revision != newest():
        raise StoreOutdated(
            "the store's tables are older than this software",
            got=f"revision {revision}",
            needed=f"revision {newest()}: stop every node on this store, then run medledger node upgrade",
        )


def require_known(revision: str) -> None:
    """StoreOutdated when newer software made it."""
    if revision not in known():
        raise StoreOutdated(
            "the tables are newer than this software",
            got=f"revision {revision[:12]}",
            needed=f"software that knows it; this one knows up to {newest()}",
        )


@contextmanager
def _scripts() -> Iterator[Config]:
    with as_file(files(__package__).joinpath("migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        yield config
