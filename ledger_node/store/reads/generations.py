"""Generations of contracts."""

from __future__ import annotations

from ledger_node.domain.organisation import Generation
from ledger_node.store.reads.base import Reads, every, position
from ledger_node.store.schema.consortium import generation


class GenerationReads(Reads):
    def generations(self, as_of: int) -> list[Generation]:
        with self._database.read() as c:
            return [
                Generation(
                    number=row.number,
                    datasets=row.datasets,
                    consents=row.consents,
                    training=row.training,
                    models=row.models,
                    anchors=row.anchors,
                    at=position(row),
                )
                for row in every(c, generation, as_of)
            ]
