"""Models, and their versions with life and parents."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, cast, func, select

from ledger_node.domain.codes import Lifecycle
from ledger_node.domain.lineage import Link
from ledger_node.domain.model import LifecycleStep, Model, ModelVersion
from ledger_node.ports import Page
from ledger_node.store.question import Among, Question, Record
from ledger_node.store.reads.base import Reads, among, first, grouped, or_none, paged, position, until
from ledger_node.store.schema import models as t
from ledger_node.store.schema.base import ID


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

    def models_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Model]:
        with self._database.read() as c:
            return {row.id: _model(row) for row in among(c, t.model, "id", ids, as_of)}

    def model_versions_by_id(self, ids: Collection[str], as_of: int) -> dict[str, ModelVersion]:
        with self._database.read() as c:
            return {one.id: one for one in _versions(c, among(c, t.model_version, "id", ids, as_of), as_of)}

    def latest_numbers(self, models: Collection[str], as_of: int) -> dict[str, int]:
        with self._database.read() as c:
            return {row.model: row.latest for row in _LATEST.ask(c, keys=models, as_of=as_of)}

    def ancestry_of(self, version: str, as_of: int) -> set[str]:
        with self._database.read() as c:
            return {row.id for row in _ANCESTRY.ask(c, version=version, as_of=as_of)}

    def links_below(self, versions: Collection[str], as_of: int) -> list[Link]:
        # Breadth by breadth: PostgreSQL cannot tell how much a recursion from many finds, and may read the whole table.
        found: list[Link] = []
        known = waiting = set(versions)
        with self._database.read() as c:
            while waiting:
                links = [Link(*row) for row in _CHILDREN.ask(c, keys=waiting, as_of=as_of)]
                waiting = {link.child for link in links} - known
                known = known | waiting
                found += links
        return found


_LATEST = Question(
    select(t.model_version.c.model, func.max(t.model_version.c.number).label("latest"))
    .where(until(t.model_version), Among(t.model_version.c.model))
    .group_by(t.model_version.c.model)
)


def _ancestry() -> Question:
    found = select(cast(bindparam("version"), ID).label("id")).cte("above", recursive=True)
    link = t.model_parent
    above = found.union(select(link.c.parent).where(link.c.version == found.c.id, until(link)))
    return Question(select(above.c.id))


_ANCESTRY = _ancestry()
_CHILDREN = Question(
    select(t.model_parent.c.parent, t.model_parent.c.version).where(
        until(t.model_parent), Among(t.model_parent.c.parent)
    )
)


def _model(row: Record) -> Model:
    return Model(row.id, row.publisher, row.number, row.card_digest, position(row))


def _versions(c: Connection, rows: list[Record], as_of: int) -> list[ModelVersion]:
    ids = [row.id for row in rows]
    parents, steps, recalls = grouped(
        c, ids, as_of, (t.model_parent, "version"), (t.lifecycle_step, "version"), (t.recall, "version")
    )
    (lifts,) = grouped(c, [one.id for issued in recalls.values() for one in issued], as_of, (t.lift, "recall"))
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


def _step(row: Record) -> LifecycleStep:
    return LifecycleStep(Lifecycle(row.lifecycle), row.for_sale, row.stepped_at, position(row))
