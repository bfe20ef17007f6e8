"""Models, and their versions with life and parents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from ledger_node.domain.codes import Lifecycle
from ledger_node.domain.model import LifecycleStep, Model, ModelVersion
from ledger_node.ports import Page
from ledger_node.store.reads.base import Reads, first, grouped, known, or_none, paged, position
from ledger_node.store.schema import models as t


class ModelReads(Reads):
    def models(self, page: Page) -> list[Model]:
        with self._database.read() as c:
            return [_model(row) for row in c.execute(paged(t.model, page))]

    def find_model(self, model: str, as_of: int) -> Model | None:
        with self._database.read() as c:
            row = first(c, t.model, as_of, id=model)
        return None if row is None else _model(row)

    def model_versions(self, page: Page) -> list[ModelVersion]:
        with self._database.read() as c:
            return _versions(c, list(c.execute(paged(t.model_version, page))), page.as_of)

    def find_model_version(self, version: str, as_of: int) -> ModelVersion | None:
        with self._database.read() as c:
            row = first(c, t.model_version, as_of, id=version)
            return None if row is None else _versions(c, [row], as_of)[0]

    def children_of(self, version: str, as_of: int) -> list[ModelVersion]:
        parent, child = t.model_parent, t.model_version
        query = known(child, as_of, {}).where(
            select(parent.c.parent).where(parent.c.version == child.c.id, parent.c.parent == version).exists()
        )
        with self._database.read() as c:
            return _versions(c, list(c.execute(query)), as_of)


def _model(row: Row[Any]) -> Model:
    return Model(row.id, row.publisher, row.number, row.card_digest, position(row))


def _versions(c: Connection, rows: list[Row[Any]], as_of: int) -> list[ModelVersion]:
    ids = [row.id for row in rows]
    parents = grouped(c, t.model_parent, "version", ids, as_of)
    steps = grouped(c, t.lifecycle_step, "version", ids, as_of)
    recalls = grouped(c, t.recall, "version", ids, as_of)
    lifts = grouped(c, t.lift, "recall", [recall.id for issued in recalls.values() for recall in issued], as_of)
    return [
        ModelVersion(
            id=row.id,
            model=row.model,
            publisher=row.publisher,
            number=row.number,
            published_at=row.published_at,
            run=or_none(row.run),
            artifact_digest=row.artifact_digest,
            card_digest=row.card_digest,
            parents=tuple(p.parent for p in sorted(parents[row.id], key=lambda p: int(p.position))),
            steps=tuple(_step(step) for step in steps[row.id]),
            recalls=sum(not lifts[recall.id] for recall in recalls[row.id]),
            at=position(row),
        )
        for row in rows
    ]


def _step(row: Row[Any]) -> LifecycleStep:
    return LifecycleStep(Lifecycle(row.lifecycle), row.for_sale, row.stepped_at, position(row))
