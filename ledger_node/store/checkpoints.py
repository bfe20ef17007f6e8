"""The Checkpoints port: a row for each block that was signed for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from ledger_node.ports import Vouched
from ledger_node.proof import checkpoint as checkpoints
from ledger_node.proof.checkpoint import MAX_SIGNATURES, SignedCheckpoint, merged
from ledger_node.proof.hashing import to_hex
from ledger_node.store.database import Database
from ledger_node.store.schema.local import checkpoint as table

#: Heights with a split view, and blocks of one height: more would say nothing more.
MOST_SPLIT, MOST_BLOCKS = 100, 8
#: Signatures of one organisation on a block: it can have any number of operators, and would leave others no room.
MOST_OF_ONE = 8
_IN_ORDER = select(table).order_by(table.c.number.desc(), table.c.hash)


class SqlCheckpoints:
    """`most` heights without a split view are kept: the oldest, the newest, and those between so that they lie evenly.
    So nobody who signs for many heights pushes out others."""

    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._most = most

    def keep(self, checkpoint: SignedCheckpoint, now: int, *, split_view: bool = False) -> Vouched | None:
        number, block = checkpoint.number, to_hex(checkpoint.hash)
        with self._database.write() as connection:
            before = _one(connection, _IN_ORDER.where(table.c.number == number))
            copy = _of(before, checkpoint.hash)
            split = split_view or (before is not None and (before.split_view or copy is None))
            if split and not _has_room(connection, before, new=copy is None):
                return None
            whole = _with_room(copy or replace(checkpoint, signatures=()), checkpoint)
            if copy is None:
                values = {"number": number, "hash": block, "document": _written(whole), "kept_at": now}
                connection.execute(table.insert().values(**values, split_view=split))
            elif whole != copy:
                same = (table.c.number == number, table.c.hash == block)
                connection.execute(update(table).where(*same).values(document=_written(whole), kept_at=now))
            if split:
                connection.execute(update(table).where(table.c.number == number).values(split_view=True))
            self._forget(connection)
            return _one(connection, _IN_ORDER.where(table.c.number == number))

    def dispute(self, number: int) -> None:
        with self._database.write() as connection:
            connection.execute(update(table).where(table.c.number == number).values(split_view=True))

    def find(self, number: int) -> Vouched | None:
        with self._database.read() as connection:
            return _one(connection, _IN_ORDER.where(table.c.number == number))

    def list_recent(self, limit: int, before: int | None = None) -> list[Vouched]:
        heights = select(table.c.number).distinct().order_by(table.c.number.desc()).limit(limit)
        if before is not None:
            heights = heights.where(table.c.number < before)
        with self._database.read() as connection:
            numbers = connection.scalars(heights).all()
            return _grouped(connection.execute(_IN_ORDER.where(table.c.number.in_(numbers))))

    def _forget(self, connection: Connection) -> None:
        """Of more than `most` without a split view the one whose neighbours are closest."""
        undisputed = table.c.split_view.is_(False)
        if (connection.scalar(select(func.count()).where(undisputed)) or 0) <= self._most:
            return
        number = table.c.number
        room = func.lead(number).over(order_by=number) - func.lag(number).over(order_by=number)
        between = select(number, room.label("room")).where(undisputed).subquery()
        closest = select(between.c.number).order_by(between.c.room.is_(None), between.c.room, between.c.number).limit(1)
        connection.execute(delete(table).where(undisputed, number == connection.scalar(closest)))


def _has_room(connection: Connection, before: Vouched | None, *, new: bool) -> bool:
    """Whether evidence may be kept: more of a height that has some, or the first of another."""
    if before is not None and before.split_view:
        return not new or len(before.checkpoints) < MOST_BLOCKS
    disputed = select(func.count(table.c.number.distinct())).where(table.c.split_view)
    return (connection.scalar(disputed) or 0) < MOST_SPLIT


def _with_room(copy: SignedCheckpoint, more: SignedCheckpoint) -> SignedCheckpoint:
    """The copy with those signatures more that there is room for: what came first stays."""
    held, of_one = {one.operator for one in copy.signatures}, Counter(one.organisation for one in copy.signatures)
    added = []
    for one in more.signatures:
        room = of_one[one.organisation] < MOST_OF_ONE and len(held) < MAX_SIGNATURES
        if one.operator not in held and room:
            held.add(one.operator)
            of_one[one.organisation] += 1
            added.append(one)
    return merged(copy, replace(more, signatures=tuple(added)))


def _of(vouched: Vouched | None, block: bytes) -> SignedCheckpoint | None:
    found = vouched.checkpoints if vouched is not None else ()
    return next((one for one in found if one.hash == block), None)


def _one(connection: Connection, query: Select[Any]) -> Vouched | None:
    found = _grouped(connection.execute(query))
    return found[0] if found else None


def _grouped(rows: Iterable[Row[Any]]) -> list[Vouched]:
    """By height, in the order of the rows."""
    found = []
    for number, group in groupby(rows, key=lambda row: int(row.number)):
        same = list(group)
        documents = tuple(checkpoints.read(row.document.encode()) for row in same)
        found.append(Vouched(number, any(row.split_view for row in same), max(row.kept_at for row in same), documents))
    return found


def _written(checkpoint: SignedCheckpoint) -> str:
    return checkpoints.dump(checkpoint).decode()
