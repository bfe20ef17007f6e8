"""How every question is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from enum import IntFlag
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Table, and_, bindparam, or_, select

from ledger_node.domain.codes import Purpose, Region
from ledger_node.domain.position import Position
from ledger_node.domain.scope import Scope
from ledger_node.domain.word import NOTHING
from ledger_node.ports import Checkpoint, Page
from ledger_node.store.cards import holding
from ledger_node.store.database import Database
from ledger_node.store.moments import Moments
from ledger_node.store.question import Among, Question, Record, ask_all

#: Keys of one statement; SQLite and PostgreSQL both bound how many a statement may name.
MOST_KEYS = 500
_POSITION = attrgetter("block", "log_index")


class Reads:
    """Questions are each one transaction, so that what one answers belongs together; in a moment all are one."""

    def __init__(self, database: Database) -> None:
        self._database = Moments(database)

    @property
    def reads_in_turn(self) -> bool:
        return self._database.is_file

    def moment(self) -> AbstractContextManager[None]:
        return self._database.moment()

    def checkpoint(self) -> Checkpoint | None:
        return self._database.checkpoint()


def position(row: Record) -> Position:
    return Position(row.block, row.log_index)


def or_none(digest: str) -> str | None:
    """None for all zeros, which in Solidity says that there is none."""
    return None if digest == NOTHING else digest


def scope(row: Record) -> Scope:
    return Scope(Purpose(row.purposes), Region(row.regions), row.condition, row.project_ref)


def paged(table: Table, page: Page) -> Select[Any]:
    return cut(known(select(table), table, page), table, page)


def known(query: Select[Any], table: Table, page: Page) -> Select[Any]:
    """Of a query over `table` the rows with the values and words that are asked for, as of the page's block."""
    named = (_is(table.c[name], value) for name, value in page.where.items())
    found = (holding(table.c.card_digest, one) for one in page.sought)
    return query.where(table.c.block <= page.as_of, *named, *found)


def cut(query: Select[Any], table: Table, page: Page) -> Select[Any]:
    """A page of a query over `table`, in the order of its events."""
    if page.since:
        query = query.where(table.c.block >= page.since)
    if page.until is not None:
        query = query.where(table.c.block <= page.until)
    at, block, log_index = page.after, table.c.block, table.c.log_index
    if page.newest:
        if at is not None:
            query = query.where(or_(block < at.block, and_(block == at.block, log_index < at.log_index)))
        return query.order_by(block.desc(), log_index.desc()).limit(page.limit)
    if at is not None:
        query = query.where(or_(block > at.block, and_(block == at.block, log_index > at.log_index)))
    return query.order_by(block, log_index).limit(page.limit)


def _is(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    holds: ColumnElement[bool] = column == value
    if isinstance(value, IntFlag):
        holds = column.bitwise_and(int(value)) == int(value)
    return holds


def every(c: Connection, table: Table, as_of: int, **where: Any) -> list[Record]:
    """The rows with these values, in the order of their events."""
    found = _with(table, tuple(where)).ask(c, as_of=as_of, **where)
    found.sort(key=_POSITION)
    return found


def first(c: Connection, table: Table, as_of: int, **where: Any) -> Record | None:
    found = every(c, table, as_of, **where)
    return found[0] if found else None


def among(c: Connection, table: Table, column: str, keys: Collection[Any], as_of: int) -> list[Record]:
    """The rows with one of `keys` in a column, in the order of their events."""
    found = _among(table, column).ask(c, as_of=as_of, keys=keys)
    found.sort(key=_POSITION)
    return found


def grouped(
    c: Connection, keys: Collection[Any], as_of: int, *of: tuple[Table | Question, str]
) -> list[defaultdict[Any, list[Record]]]:
    """For each table, or question, the rows of each of `keys` by the value in the column that is named, in the order of
    their events; an empty list for a key without rows. All are asked together."""
    questions = [_among(one, column) if isinstance(one, Table) else one for one, column in of]
    found = []
    for rows, (one, column) in zip(ask_all(c, questions, as_of=as_of, keys=keys), of, strict=True):
        if isinstance(one, Table):
            rows.sort(key=_POSITION)
        key_of, by_key = attrgetter(column), defaultdict(list)
        for row in rows:
            by_key[key_of(row)].append(row)
        found.append(by_key)
    return found


@cache
def _with(table: Table, names: tuple[str, ...]) -> Question:
    where = [table.c[name] == bindparam(name) for name in names]
    # Sorted by Python: an engine that may use an index for the order of the events reads all of them.
    return Question(select(table).where(until(table), *where))


@cache
def _among(table: Table, column: str) -> Question:
    return Question(select(table).where(until(table), Among(table.c[column])))


def until(table: Table) -> ColumnElement[bool]:
    """The rows of blocks up to the parameter `as_of`."""
    return table.c.block <= bindparam("as_of", type_=BigInteger)


def batches(keys: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(keys)
    while some := list(islice(remaining, MOST_KEYS)):
        yield some
