"""The rows that no chain rebuilds as JSON lines, and back: in the tables of any revision, on either engine."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Connection, LargeBinary, MetaData, Table, select

from ledger_node.errors import ConfigInvalid
from ledger_node.store import revisions
from ledger_node.store.database import Database
from ledger_node.store.schema.local import writer

PREFIX = "local_"
AT_ONCE = 500  # rows of one insert


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows by table, of one moment; to be read while it stands. Not who writes: that belongs to the processes."""

    revision: str
    tables: Mapping[str, Iterator[bytes]]


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """One read transaction, beside whoever writes. ConfigInvalid when the store has no tables."""
    with database.read() as connection:
        revision = revisions.found(connection)
        if revision is None:
            raise ConfigInvalid("the store has no tables", needed="the store of a node that has run")
        tables = _tables(connection)
        yield Snapshot(revision, {name: _lines(connection, table) for name, table in tables.items()})


def require_empty(database: Database) -> None:
    """ConfigInvalid unless the store has no tables."""
    if database.revision() is not None:
        raise _not_empty()


def restore(database: Database, revision: str, tables: Mapping[str, Iterable[bytes]]) -> None:
    """Makes the tables of that revision, fills them, brings them to the newest: all in one transaction, or nothing.

    ConfigInvalid unless the store is empty. ValueError when a line is not a row of its table.
    """
    revisions.require_known(revision)
    with database.write() as connection:
        if revisions.found(connection) is not None:
            raise _not_empty()
        revisions.bring(connection, revision)
        known = _tables(connection)
        if tables.keys() != known.keys():
            raise ValueError("other tables")
        for name, lines in tables.items():
            _fill(connection, known[name], iter(lines))
        revisions.bring(connection)


def _tables(connection: Connection) -> dict[str, Table]:
    """As they are in the store: this software's own may have other columns."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name.startswith(PREFIX) and name != writer.name)
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True  # what is not there is NULL, as the node's own statements expect
    return dict(sorted(found.tables.items()))


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    ordered = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(ordered, execution_options={"yield_per": AT_ONCE}):
        yield json.dumps({name: _written(value) for name, value in row._mapping.items()}).encode() + b"\n"


def _fill(connection: Connection, table: Table, lines: Iterator[bytes]) -> None:
    columns = table.columns.keys()
    while rows := [json.loads(line) for line in islice(lines, AT_ONCE)]:
        if any(not isinstance(row, dict) or list(row) != columns for row in rows):
            raise ValueError("other columns")
        connection.execute(table.insert(), [{name: _read(table, name, row[name]) for name in columns} for row in rows])


def _written(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _read(table: Table, column: str, value: Any) -> object:
    if isinstance(table.columns[column].type, LargeBinary) and value is not None:
        return base64.b64decode(value, validate=True)
    return value


def _not_empty() -> ConfigInvalid:
    return ConfigInvalid("the store is not empty", needed="a new database, or a file that is absent")
