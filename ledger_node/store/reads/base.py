"""How every question is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, or_, select

from ledger_node.domain.codes import Purpose, Region
from ledger_node.domain.position import Position
from ledger_node.domain.scope import Scope
from ledger_node.domain.word import NOTHING
from ledger_node.ports import Page
from ledger_node.store.database import Database

#: Keys of one statement; SQLite and PostgreSQL both bound how many a statement may name.
MOST_KEYS = 500


class Reads:
    """Questions are each one transaction, so that what one answers belongs together."""

    def __init__(self, database: Database) -> None:
        self._database = database


def position(row: Row[Any]) -> Position:
    return Position(row.block, row.log_index)


def or_none(digest: str) -> str | None:
    """None for all zeros, which in Solidity says that there is none."""
    return None if digest == NOTHING else digest


def scope(row: Row[Any]) -> Scope:
    return Scope(Purpose(row.purposes), Region(row.regions), row.condition, row.project_ref)


def known(table: Table, as_of: int, where: dict[str, Any]) -> Select[Any]:
    """The rows with these values, in the order of their events."""
    conditions = [table.c[name] == value for name, value in where.items()]
    return select(table).where(table.c.block <= as_of, *conditions).order_by(table.c.block, table.c.log_index)


def paged(table: Table, page: Page) -> Select[Any]:
    return cut(known(table, page.as_of, page.where), table, page)


def cut(query: Select[Any], table: Table, page: Page) -> Select[Any]:
    """At most a page of a query over `table`."""
    query = query.limit(page.limit)
    if page.after is not None:
        at = page.after
        later = and_(table.c.block == at.block, table.c.log_index > at.log_index)
        query = query.where(or_(table.c.block > at.block, later))
    return query


def every(c: Connection, table: Table, as_of: int, **where: Any) -> list[Row[Any]]:
    return list(c.execute(known(table, as_of, where)))


def first(c: Connection, table: Table, as_of: int, **where: Any) -> Row[Any] | None:
    return c.execute(known(table, as_of, where).limit(1)).first()


def grouped(
    c: Connection, table: Table, column: str, keys: Sequence[str] | Sequence[int], as_of: int
) -> dict[Any, list[Row[Any]]]:
    """The rows of each of `keys`, by the value in `column`; an empty list for a key without rows."""
    found: dict[Any, list[Row[Any]]] = defaultdict(list)
    for some in batches(keys):
        for row in c.execute(known(table, as_of, {}).where(table.c[column].in_(some))):
            found[row._mapping[column]].append(row)
    return found


def batches(keys: Sequence[Any]) -> Iterator[list[Any]]:
    remaining = iter(keys)
    while some := list(islice(remaining, MOST_KEYS)):
        yield some
