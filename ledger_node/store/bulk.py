"""Many rows into one table, as fast as each engine takes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import ARRAY, JSON, Column, Connection, Table, any_, bindparam, column, func, literal, update
from sqlalchemy.sql import ColumnElement

from ledger_node.store.question import driver_of

MANY = 8  # rows from which on COPY, which asks three times, is faster than so many statements in one go

encoded = json.JSONEncoder().encode  # as SQLAlchemy writes it


def insert_all(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """All rows have values for the same columns, two at least."""
    if not rows:
        return
    columns = _columns(table, rows[0])
    into = _into(connection, table, columns)
    if connection.dialect.name == "postgresql":
        if len(rows) < MANY:
            with driver_of(connection) as driver, driver.pipeline():
                for values in _values(columns, rows):
                    driver.execute(f"INSERT INTO {into} VALUES ({_marks(connection, columns)})", values)  # noqa: S608
        else:
            _copy(connection, into, _values(columns, rows))
    else:
        statement = f"INSERT INTO {into} VALUES ({_marks(connection, columns)})"  # noqa: S608  # names of ours
        connection.exec_driver_sql(statement, list(_values(columns, rows)))


def put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """The row, in the place of the one that has its primary key if there is one."""
    columns = _columns(table, row)
    rest = [_quoted(connection, one.name) for one in columns if not one.primary_key]
    key = ", ".join(_quoted(connection, one.name) for one in table.primary_key)
    statement = (
        f"INSERT INTO {_into(connection, table, columns)} VALUES ({_marks(connection, columns)}) "  # noqa: S608
        f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in rest)}"
    )
    with driver_of(connection) as driver:
        driver.execute(statement, *_values(columns, [row]))


def update_all(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], where: ColumnElement[bool]) -> int:
    """Each row has an `id` and values for the same columns; how many were changed, of those for which `where` holds."""
    if not rows:
        return 0
    columns = [table.c[name] for name in rows[0] if name != "id"]
    if connection.dialect.name == "postgresql":
        # One statement for all rows: with a statement for each, most of the time goes into statements.
        typed = (column(one.name, one.type) for one in (table.c.id, *columns))
        new = func.json_to_recordset(bindparam("rows", type_=JSON)).table_valued(*typed).render_derived(with_types=True)
        changed = (
            update(table).where(table.c.id == new.c.id, where).values({one.name: new.c[one.name] for one in columns})
        )
        return connection.execute(changed, {"rows": rows}).rowcount
    new_values = ", ".join(f"{_quoted(connection, one.name)} = ?" for one in columns)
    holds = where.compile(connection.engine, compile_kwargs={"literal_binds": True})
    each = f"UPDATE {_quoted(connection, table.name)} SET {new_values} WHERE id = ? AND {holds}"  # noqa: S608
    return connection.exec_driver_sql(each, list(_values([*columns, table.c.id], rows))).rowcount


def among(connection: Connection, one: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a column has one of many values: PostgreSQL takes them in one parameter."""
    if connection.dialect.name == "postgresql":
        return one == any_(literal(list(values), ARRAY(one.type)))
    return one.in_(values)


def _copy(connection: Connection, into: str, values: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL's COPY, in the connection's transaction: several times faster than its INSERT."""
    with (
        driver_of(connection) as driver,
        driver.cursor() as cursor,
        cursor.copy(f"COPY {into} FROM STDIN") as copy,
    ):
        for row in values:
            copy.write_row(row)


def _values(columns: Sequence[Column[Any]], rows: Iterable[dict[str, Any]]) -> Iterator[Sequence[Any]]:
    """Of each row in the columns' order, as a driver takes them: SQLAlchemy's own way costs more than all else."""
    values_of = itemgetter(*(column.name for column in columns))
    documents = [place for place, column in enumerate(columns) if isinstance(column.type, JSON)]
    if not documents:
        yield from map(values_of, rows)
        return
    for row in rows:
        values = list(values_of(row))
        for place in documents:
            values[place] = None if values[place] is None else encoded(values[place])
        yield tuple(values)


def _columns(table: Table, row: dict[str, Any]) -> list[Column[Any]]:
    return [column for column in table.columns if column.name in row]


def _into(connection: Connection, table: Table, columns: Sequence[Column[Any]]) -> str:
    return f"{_quoted(connection, table.name)} ({', '.join(_quoted(connection, one.name) for one in columns)})"


def _marks(connection: Connection, columns: Sequence[Column[Any]]) -> str:
    """Places for values, as the engine's driver writes them."""
    return ", ".join(["%s" if connection.dialect.name == "postgresql" else "?"] * len(columns))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
