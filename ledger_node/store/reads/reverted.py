"""Events that a reorganisation took back, for those who were told of them."""

from __future__ import annotations

from sqlalchemy import select

from ledger_node.domain.position import RevertedEvent
from ledger_node.store.reads.base import Reads, position
from ledger_node.store.schema.local import reverted_event


class RevertedReads(Reads):
    def reverted_events(self, after: int, limit: int) -> list[RevertedEvent]:
        query = select(reverted_event).where(reverted_event.c.number > after).order_by(reverted_event.c.number)
        with self._database.read() as c:
            return [
                RevertedEvent(
                    number=row.number,
                    reverted_at=row.reverted_at,
                    at=position(row),
                    transaction=row.transaction,
                    contract=row.contract,
                    name=row.name,
                    args=row.args,
                    generation=row.generation,
                )
                for row in c.execute(query.limit(limit))
            ]
