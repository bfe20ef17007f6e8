"""Events by the key that wrote them, and by their position."""

from __future__ import annotations

from sqlalchemy import select

from ledger_node.domain.position import Event, Position
from ledger_node.ports import Page
from ledger_node.store.reads.base import Reads, cut, position
from ledger_node.store.schema.following import block, event


class EventReads(Reads):
    def events_by_operator(self, address: str, since: int, page: Page) -> list[Event]:
        query = (
            select(event, block.c.hash.label("block_hash"))
            .join(block, block.c.number == event.c.block)
            .where(event.c.operator == address, event.c.block <= page.as_of, block.c.timestamp >= since)
            .where(*(event.c[name] == value for name, value in page.where.items()))
            .order_by(event.c.block, event.c.log_index)
        )
        with self._database.read() as c:
            return [
                Event(
                    at=position(row),
                    block_hash=row.block_hash,
                    transaction=row.transaction,
                    contract=row.contract,
                    name=row.name,
                    args=row.args,
                    generation=row.generation,
                )
                for row in c.execute(cut(query, event, page))
            ]

    def generation_of(self, at: Position) -> int | None:
        found = select(event.c.generation).where(event.c.block == at.block, event.c.log_index == at.log_index)
        with self._database.read() as c:
            return c.scalar(found)
