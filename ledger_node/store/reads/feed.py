"""Events in their order, and which of them stand."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, select

from ledger_node.domain.feed import BEGINNING, FeedPosition
from ledger_node.domain.position import Event, Position, Stated
from ledger_node.ports import Page
from ledger_node.store.reads.base import Reads, cut, position
from ledger_node.store.schema.following import block, event
from ledger_node.store.schema.local import reverted_event


class FeedReads(Reads):
    def events_after(self, at: Position, limit: int, names: Collection[str] | None) -> list[Stated]:
        gone = reverted_event.c
        returned = (
            select(func.count())
            .where(gone.block == event.c.block, gone.log_index == event.c.log_index, gone.block_hash == block.c.hash)
            .scalar_subquery()
        )
        query = _with_blocks(select(event, block.c.hash, block.c.timestamp, returned.label("returned")))
        if names is not None:
            query = query.where(event.c.name.in_(names))
        with self._database.read() as c:
            return [
                Stated(
                    Event(
                        at=position(row),
                        block_hash=row.hash,
                        transaction=row.transaction,
                        contract=row.contract,
                        name=row.name,
                        args=row.args,
                        generation=row.generation,
                    ),
                    row.timestamp,
                    row.returned,
                )
                for row in c.execute(cut(query, event, Page(as_of=0, limit=limit, after=at)))
            ]

    def stands(self, where: FeedPosition) -> bool:
        if where == BEGINNING:
            return True
        found = _with_blocks(select(block.c.hash)).where(
            event.c.block == where.at.block, event.c.log_index == where.at.log_index
        )
        with self._database.read() as c:
            return str(c.scalar(found)).endswith(where.hash)

    def end_of(self, number: int | None) -> FeedPosition:
        newest = _with_blocks(select(event.c.block, event.c.log_index, block.c.hash))
        newest = newest.order_by(event.c.block.desc(), event.c.log_index.desc()).limit(1)
        if number is not None:
            newest = newest.where(event.c.block <= number)
        with self._database.read() as c:
            row = c.execute(newest).first()
        return BEGINNING if row is None else FeedPosition.of(position(row), row.hash)


def _with_blocks(query: Select[Any]) -> Select[Any]:
    return query.join_from(event, block, block.c.number == event.c.block)
