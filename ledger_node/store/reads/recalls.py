"""Recalls, with who read them and whether they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection

from ledger_node.domain.codes import Severity
from ledger_node.domain.recall import Acknowledgement, Recall
from ledger_node.ports import Page
from ledger_node.store.question import Record
from ledger_node.store.reads.base import Reads, among, every, first, grouped, or_none, paged, position
from ledger_node.store.schema import models as t


class RecallReads(Reads):
    def recalls(self, page: Page) -> list[Recall]:
        with self._database.read() as c:
            return _recalls(c, list(c.execute(paged(t.recall, page))), page.as_of)

    def find_recall(self, recall: str, as_of: int) -> Recall | None:
        with self._database.read() as c:
            row = first(c, t.recall, as_of, id=recall)
            return None if row is None else _recalls(c, [row], as_of)[0]

    def recalls_by_version(self, versions: Collection[str], as_of: int) -> dict[str, list[Recall]]:
        found: dict[str, list[Recall]] = defaultdict(list)
        with self._database.read() as c:
            for recall in _recalls(c, among(c, t.recall, "version", versions, as_of), as_of):
                found[recall.version].append(recall)
        return found

    def recalls_of(self, version: str, as_of: int) -> list[Recall]:
        with self._database.read() as c:
            return _recalls(c, every(c, t.recall, as_of, version=version), as_of)


def _recalls(c: Connection, rows: list[Record], as_of: int) -> list[Recall]:
    ids = [row.id for row in rows]
    acknowledgements, lifts = grouped(c, ids, as_of, (t.acknowledgement, "recall"), (t.lift, "recall"))
    return [_recall(row, acknowledgements[row.id], lifts[row.id]) for row in rows]


def _recall(row: Record, acknowledgements: list[Record], lifts: list[Record]) -> Recall:
    lift = lifts[0] if lifts else None
    return Recall(
        id=row.id,
        version=row.version,
        issuer=row.issuer,
        severity=Severity(row.severity),
        notice_digest=row.notice_digest,
        replacement=or_none(row.replacement),
        issued_at=row.issued_at,
        acknowledgements=tuple(
            Acknowledgement(one.organisation, one.acknowledged_at, position(one)) for one in acknowledgements
        ),
        lifted_by=None if lift is None else lift.actor,
        lifted_at=None if lift is None else lift.lifted_at,
        at=position(row),
    )
