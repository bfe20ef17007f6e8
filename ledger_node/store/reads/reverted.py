"""Events that a reorganisation took back, for those who were told of them."""

from __future__ import annotations

from sqlalchemy import Select, select

from ledger_node.domain.feed import FeedPosition
from ledger_node.domain.position import Position, RevertedEvent
from ledger_node.store.reads.base import Reads, position
from ledger_node.store.schema.local import reverted_event


class RevertedReads(Reads):
    def reverted_events(self, after: int, limit: int) -> list[RevertedEvent]:
        query = select(reverted_event).where(reverted_event.c.number > after).order_by(reverted_event.c.number)
        return self._reverted(query.limit(limit))

    def taken_back(self, where: FeedPosition) -> list[RevertedEvent]:
        at, c = where.at, reverted_event.c
        query = select(reverted_event).where(c.block == at.block, c.log_index == at.log_index)
        return self._reverted(query.where(c.block_hash.endswith(where.hash)).order_by(c.number))

    def _reverted(self, query: Select[tuple[object, ...]]) -> list[RevertedEvent]:
        with self._database.read() as c:
            return [
                RevertedEvent(
                    number=row.number,
                    reverted_at=row.reverted_at,
                    at=position(row),
                    block_hash=row.block_hash,
                    transaction=row.transaction,
                    contract=row.contract,
                    name=row.name,
                    args=row.args,
                    generation=row.generation,
                    before=Position(row.before_block, row.before_log_index),
                    before_hash=row.before_hash,
                )
                for row in c.execute(query)
            ]
