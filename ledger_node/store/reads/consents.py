"""Consents with their log and what was charged, and their uses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from ledger_node.domain.codes import Act, Basis, Modifier, Operation, Permission, Purpose, Region, StateReason
from ledger_node.domain.consent import Consent, ConsentUse, LogEntry, Terms
from ledger_node.ports import Page
from ledger_node.store.reads.base import Reads, batches, every, first, grouped, or_none, paged, position
from ledger_node.store.schema import consents as t


class ConsentReads(Reads):
    def consents(self, page: Page) -> list[Consent]:
        with self._database.read() as c:
            return _consents(c, list(c.execute(paged(t.consent, page))), page.as_of)

    def find_consent(self, consent: str, as_of: int) -> Consent | None:
        with self._database.read() as c:
            row = first(c, t.consent, as_of, id=consent)
            return None if row is None else _consents(c, [row], as_of)[0]

    def consent_uses(self, consent: str, as_of: int) -> list[ConsentUse]:
        with self._database.read() as c:
            rows = every(c, t.consent_use, as_of, consent=consent)
        return [
            ConsentUse(
                consent=row.consent,
                subject=row.subject,
                version=row.version,
                operation=Operation(row.operation),
                purposes=Purpose(row.purposes),
                rounds=row.rounds,
                epsilon=row.epsilon,
                at=position(row),
            )
            for row in rows
        ]


def _consents(c: Connection, rows: list[Row[Any]], as_of: int) -> list[Consent]:
    ids = [row.id for row in rows]
    log = grouped(c, t.consent_act, "consent", ids, as_of)
    successors = grouped(c, t.consent, "supersedes", ids, as_of)
    charged = _charged(c, ids, as_of)
    return [
        Consent(
            id=row.id,
            grantor=row.grantor,
            issued_at=row.issued_at,
            terms=_terms(row),
            log=tuple(_entry(act) for act in log[row.id]),
            rounds_used=row.rounds_used + charged.get(row.id, (0, 0))[0],
            epsilon_spent=row.epsilon_spent + charged.get(row.id, (0, 0))[1],
            superseded_by=successors[row.id][0].id if successors[row.id] else None,
            at=position(row),
        )
        for row in rows
    ]


def _charged(c: Connection, ids: list[str], as_of: int) -> dict[str, tuple[int, int]]:
    """Rounds and epsilon that each consent's own uses charged."""
    use = t.consent_use
    found: dict[str, tuple[int, int]] = {}
    for some in batches(ids):
        query = (
            select(use.c.consent, func.sum(use.c.rounds).label("rounds"), func.sum(use.c.epsilon).label("epsilon"))
            .where(use.c.consent.in_(some), use.c.block <= as_of)
            .group_by(use.c.consent)
        )
        found |= {row.consent: (int(row.rounds), int(row.epsilon)) for row in c.execute(query)}
    return found


def _entry(row: Row[Any]) -> LogEntry:
    return LogEntry(Act(row.act), row.actor, StateReason(row.reason), row.acted_at, row.until, position(row))


def _terms(row: Row[Any]) -> Terms:
    return Terms(
        dataset=row.dataset,
        grantee=row.grantee,
        version_from=row.version_from,
        version_to=row.version_to,
        basis=Basis(row.basis),
        permission=Permission(row.permission),
        modifiers=Modifier(row.modifiers),
        purposes=Purpose(row.purposes),
        operations=Operation(row.operations),
        condition=row.condition,
        regions=Region(row.regions),
        deidentification=row.deidentification,
        not_before=row.not_before,
        expires_at=row.expires_at,
        max_rounds=row.max_rounds,
        epsilon_budget=row.epsilon_budget,
        project_ref=row.project_ref,
        policy_digest=row.policy_digest,
        request=or_none(row.request),
        supersedes=or_none(row.supersedes),
    )
