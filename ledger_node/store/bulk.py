"""Many rows into one table, as fast as each engine takes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Table

encoded = json.JSONEncoder().encode  # as SQLAlchemy writes it


def insert_all(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Each row has a value for every column."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        connection.execute(table.insert(), rows)


def _copy(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """PostgreSQL's COPY, in the connection's transaction: several times faster than its INSERT."""
    quoted = connection.dialect.identifier_preparer
    names = [column.name for column in table.columns]
    documents = [place for place, column in enumerate(table.columns) if isinstance(column.type, JSON)]
    columns = ", ".join(quoted.quote(name) for name in names)
    values_of = itemgetter(*names)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {quoted.format_table(table)} ({columns}) FROM STDIN") as copy:
        for row in rows:
            values = values_of(row)
            if documents:
                values = list(values)
                for place in documents:
                    values[place] = encoded(values[place])
            copy.write_row(values)
