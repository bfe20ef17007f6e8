"""Recalls, with who read them and whether they stand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from ledger_node.domain.codes import Severity
from ledger_node.domain.recall import Acknowledgement, Recall
from ledger_node.ports import Page
from ledger_node.store.reads.base import Reads, every, first, grouped, or_none, paged, position
from ledger_node.store.schema import models as t


class RecallReads(Reads):
    def recalls(self, page: Page) -> list[Recall]:
        with self._database.read() as c:
            return _recalls(c, list(c.execute(paged(t.recall, page))), page.as_of)

    def find_recall(self, recall: str, as_of: int) -> Recall | None:
        with self._database.read() as c:
            row = first(c, t.recall, as_of, id=recall)
            return None if row is None else _recalls(c, [row], as_of)[0]

    def recalls_of(self, version: str, as_of: int) -> list[Recall]:
        with self._database.read() as c:
            return _recalls(c, every(c, t.recall, as_of, version=version), as_of)


def _recalls(c: Connection, rows: list[Row[Any]], as_of: int) -> list[Recall]:
    ids = [row.id for row in rows]
    acknowledgements = grouped(c, t.acknowledgement, "recall", ids, as_of)
    lifts = grouped(c, t.lift, "recall", ids, as_of)
    return [_recall(row, acknowledgements[row.id], lifts[row.id]) for row in rows]


def _recall(row: Row[Any], acknowledgements: list[Row[Any]], lifts: list[Row[Any]]) -> Recall:
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
