"""Consents with their log and what was charged, and their uses."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from ledger_node.domain.codes import Act, Basis, Modifier, Operation, Permission, Purpose, Region, StateReason
from ledger_node.domain.consent import Consent, ConsentUse, LogEntry, Terms
from ledger_node.ports import Page
from ledger_node.store.question import Among, Question, Record
from ledger_node.store.reads.base import Reads, among, every, first, grouped, or_none, paged, position, until
from ledger_node.store.schema import consents as t


class ConsentReads(Reads):
    def consents(self, page: Page) -> list[Consent]:
        with self._database.read() as c:
            return _consents(c, list(c.execute(paged(t.consent, page))), page.as_of)

    def find_consent(self, consent: str, as_of: int) -> Consent | None:
        with self._database.read() as c:
            row = first(c, t.consent, as_of, id=consent)
            return None if row is None else _consents(c, [row], as_of)[0]

    def consents_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Consent]:
        with self._database.read() as c:
            return {one.id: one for one in _consents(c, among(c, t.consent, "id", ids, as_of), as_of)}

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


_USE = t.consent_use.c
#: Rounds and epsilon that each consent's own uses charged.
_CHARGED = Question(
    select(_USE.consent, func.sum(_USE.rounds).label("rounds"), func.sum(_USE.epsilon).label("epsilon"))
    .where(until(t.consent_use), Among(_USE.consent))
    .group_by(_USE.consent)
)


def _consents(c: Connection, rows: list[Record], as_of: int) -> list[Consent]:
    ids = [row.id for row in rows]
    log, successors, charges = grouped(
        c, ids, as_of, (t.consent_act, "consent"), (t.consent, "supersedes"), (_CHARGED, "consent")
    )
    charged = {one: (int(row.rounds), int(row.epsilon)) for one, (row,) in charges.items()}
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


def _entry(row: Record) -> LogEntry:
    return LogEntry(Act(row.act), row.actor, StateReason(row.reason), row.acted_at, row.until, position(row))


def _terms(row: Record) -> Terms:
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
