"""Questions that are put to the database's driver itself.

A read asks some ten questions of a few rows each. SQLAlchemy's way from a statement to its rows takes ten times as long
as SQLite's answer, so a statement is compiled once for each engine and its rows come as the driver gives them.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, JSON, Boolean, ColumnElement, Connection, Select, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType

#: A row, by the names of its columns.
Record = Any
#: Values of which a column may have any. However many they are, the statement is the same.
KEYS = "keys"


class Among(ColumnElement[Any]):
    """Whether a column has one of `KEYS`. Without a type: SQLite would be asked whether it is 1, and use no index."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.type = NullType()
        self.column = column
        self.keys = bindparam(KEYS, type_=ARRAY(column.type))


@compiles(Among, "sqlite")
def _among_document(element: Among, compiler: SQLCompiler, **_: Any) -> str:
    keys = compiler.process(bindparam(KEYS))
    return f"{compiler.process(element.column)} IN (SELECT value FROM json_each({keys}))"  # noqa: S608  # names of ours


@compiles(Among, "postgresql")
def _among_array(element: Among, compiler: SQLCompiler, **_: Any) -> str:
    return f"{compiler.process(element.column)} = ANY ({compiler.process(element.keys)})"


@dataclass(frozen=True, slots=True)
class _Compiled:
    """`places` are the names of the parameters in their order, None where the driver takes them by name."""

    text: str
    fixed: dict[str, Any]
    places: Sequence[str] | None
    record: Callable[[Iterable[Any]], Any]
    truths: tuple[int, ...]  # columns that SQLite has as 0 and 1

    def records(self, rows: Iterable[Any]) -> list[Record]:
        if self.truths:
            rows = [_with_truths(row, self.truths) for row in rows]
        return list(map(self.record, rows))


@contextmanager
def driver_of(connection: Connection) -> Iterator[Any]:
    """The driver's connection, in the same transaction; its errors become SQLAlchemy's, as for all else."""
    errors = connection.dialect.loaded_dbapi.Error
    try:
        yield connection.connection.driver_connection
    except errors as error:
        raise DBAPIError.instance(None, None, error, errors, dialect=connection.dialect) from error


class Question:
    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def ask(self, connection: Connection, **values: Any) -> list[Record]:
        """The rows. `keys` are the values for `Among`; without any the database is not asked."""
        (rows,) = ask_all(connection, [self], **values)
        return rows

    def put(self, connection: Connection, driver: Any, values: dict[str, Any]) -> Callable[[], list[Record]]:
        """Asks, and waits for the rows when they are fetched."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection)
        given: Any = compiled.fixed | values
        if KEYS in values:
            given[KEYS] = json.dumps(list(values[KEYS])) if compiled.places is not None else list(values[KEYS])
        if compiled.places is not None:
            given = [given[name] for name in compiled.places]
        cursor = driver.execute(compiled.text, given)
        return lambda: compiled.records(cursor.fetchall())

    def _compile(self, connection: Connection) -> _Compiled:
        made = self._statement.compile(dialect=connection.dialect)
        assert isinstance(made, SQLCompiler)
        columns = list(self._statement.selected_columns)
        assert not any(isinstance(one.type, JSON) for one in columns), "SQLite's driver gives a document as text"
        sqlite = connection.dialect.name == "sqlite"
        truths = tuple(place for place, one in enumerate(columns) if sqlite and isinstance(one.type, Boolean))
        record: Any = namedtuple("record", [str(one.key) for one in columns])  # type: ignore[misc]  # the tables' names
        fixed = {name: value for name, value in made.params.items() if value is not None}
        compiled = _Compiled(str(made), fixed, made.positiontup, record._make, truths)
        self._compiled[connection.dialect.name] = compiled
        return compiled


def ask_all(connection: Connection, questions: Sequence[Question], **values: Any) -> list[list[Record]]:
    """The rows of each question, all asked with the same values; without any keys the database is not asked.

    PostgreSQL is asked all before it has answered the first: the way there and back takes as long as most answers.
    """
    if KEYS in values and not values[KEYS]:
        return [[] for _ in questions]
    with driver_of(connection) as driver:
        if len(questions) == 1 or connection.dialect.name != "postgresql":
            return [one.put(connection, driver, values)() for one in questions]
        with driver.pipeline():
            fetches = [one.put(connection, driver, values) for one in questions]
            return [fetch() for fetch in fetches]


def _with_truths(row: tuple[Any, ...], places: tuple[int, ...]) -> list[Any]:
    values = list(row)
    for place in places:
        values[place] = bool(values[place])
    return values
