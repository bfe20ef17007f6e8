"""Proposals with their votes, and the thresholds."""

from __future__ import annotations

from sqlalchemy import Connection

from ledger_node.domain.codes import ProposalKind
from ledger_node.domain.organisation import FIRST_THRESHOLDS, Proposal, Thresholds
from ledger_node.ports import Page
from ledger_node.store.question import Record
from ledger_node.store.reads.base import Reads, every, first, grouped, paged, position
from ledger_node.store.schema import consortium as t


class ProposalReads(Reads):
    def proposals(self, page: Page) -> list[Proposal]:
        with self._database.read() as c:
            return _proposals(c, list(c.execute(paged(t.proposal, page))), page.as_of)

    def find_proposal(self, number: int, as_of: int) -> Proposal | None:
        with self._database.read() as c:
            row = first(c, t.proposal, as_of, number=number)
            return None if row is None else _proposals(c, [row], as_of)[0]

    def thresholds(self, as_of: int) -> Thresholds:
        with self._database.read() as c:
            changes = every(c, t.thresholds, as_of)
        if not changes:
            return FIRST_THRESHOLDS
        return Thresholds(changes[-1].all, changes[-1].custodians)


def _proposals(c: Connection, rows: list[Record], as_of: int) -> list[Proposal]:
    numbers = [row.number for row in rows]
    votes, executions = grouped(c, numbers, as_of, (t.vote, "proposal"), (t.execution, "proposal"))
    return [
        Proposal(
            number=row.number,
            proposer=row.proposer,
            kind=ProposalKind(row.kind),
            payload=row.payload,
            deadline=row.deadline,
            electorate=row.electorate,
            needed=row.needed,
            needed_custodians=row.needed_custodians,
            votes={vote.voter: vote.in_favour for vote in votes[row.number]},
            executed=bool(executions[row.number]),
            at=position(row),
        )
        for row in rows
    ]
