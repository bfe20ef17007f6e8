"""What members vote on: opening a proposal of any kind, voting, carrying it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger_node.domain.codes import Capability, ProposalKind
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.organisation import Proposal
from ledger_node.errors import NotPermitted, StateConflict
from ledger_node.ports import Clock, Index, Ledger
from ledger_node.services.generations import generation_of
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require
from ledger_node.services.submissions import Submissions, once

#: Kinds about a fact of some generation: the field that names the fact.
ABOUT_A_FACT = {
    ProposalKind.LIFT_RECALL: "recall",
    ProposalKind.REVOKE_CONSENT: "consent",
    ProposalKind.SUSPEND_CONSENT: "consent",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How the votes on a proposal stand."""

    in_favour: int
    custodians_in_favour: int
    against: int
    passed: bool


class Proposals:
    def __init__(
        self, index: Index, ledger: Ledger, submissions: Submissions, membership: Membership, clock: Clock
    ) -> None:
        self._index = index
        self._ledger = ledger
        self._submissions = submissions
        self._membership = membership
        self._clock = clock

    @once
    def propose(self, idempotency: Idempotency, kind: ProposalKind, fields: Mapping[str, Any]) -> Command:
        """`fields` are those of the kind's payload (`IConsortium.ProposalKind`) by their Solidity names. The generation
        of a recall or a consent is found here. InvalidField for a payload that has not the fields of its kind."""
        self._membership.require_unsuspended_by_vote()
        payload = self._ledger.payload(kind, self._with_generation(kind, fields))
        salt = self._submissions.salt(idempotency)
        return Command("proposal.open", "consortium", "propose", (salt, int(kind), payload))

    @once
    def vote(self, _: Idempotency, number: int, in_favour: bool) -> Command:
        ours = self._membership.require(protective=True)
        found = self._get_open(number)
        if ours.at > found.at:
            raise NotPermitted(
                "this organisation was admitted after the proposal opened", needed="a proposal that opened afterwards"
            )
        former = found.votes.get(ours.number)
        if former is not None and (in_favour or not former):
            raise StateConflict(
                "this organisation has voted", got="a vote", needed="one vote; one in favour can be taken back"
            )
        return Command("proposal.vote", "consortium", "vote", (number, in_favour), str(number))

    @once
    def execute(self, _: Idempotency, number: int) -> Command:
        """Carries out a passed proposal; its payload is shown as the index has it."""
        self._membership.require(protective=True)
        found = self._get_open(number)
        if found.kind is ProposalKind.ADMIT:
            raise NotPermitted(
                "an admission is carried out by the newcomer's admin key", needed="`medledger key join` with it"
            )
        tally = self.tally(found)
        if not tally.passed:
            raise StateConflict(
                "the proposal has not the votes that it needs",
                got=f"{tally.in_favour} in favour, {tally.custodians_in_favour} of them custodians",
                needed=f"{found.needed} in favour, {found.needed_custodians} of them custodians",
            )
        return Command("proposal.execute", "consortium", "execute", (number, found.payload), str(number))

    def tally(self, proposal: Proposal, as_of: int | None = None) -> Tally:
        return tally(self._index, proposal, block_of(self._index, as_of))

    def fields_of(self, proposal: Proposal) -> dict[str, Any]:
        """What the proposal is about: the fields of its payload by their Solidity names."""
        return self._ledger.payload_fields(proposal.kind, proposal.payload)

    def _with_generation(self, kind: ProposalKind, fields: Mapping[str, Any]) -> dict[str, Any]:
        about = ABOUT_A_FACT.get(kind)
        if about is None or "generation" in fields:
            return dict(fields)
        as_of = block_of(self._index, None)
        if about == "recall":
            at = require(self._index.find_recall(fields[about], as_of), "recall").at
        else:
            at = require(self._index.find_consent(fields[about], as_of), "consent").at
        return {"generation": generation_of(self._index, at) or 1, **fields}

    def _get_open(self, number: int) -> Proposal:
        found = require(self._index.find_proposal(number, block_of(self._index, None)), "proposal")
        if found.executed:
            raise StateConflict("the proposal has been carried out", got="EXECUTED", needed="an open proposal")
        if self._clock.now() >= found.deadline:
            raise StateConflict("the proposal's deadline has passed", got="LAPSED", needed="a new proposal")
        return found


def tally(index: Index, proposal: Proposal, block: int) -> Tally:
    favour = [voter for voter, vote in proposal.votes.items() if vote]
    custodians = sum(1 for voter in favour if _is_custodian(index, voter, block))
    return Tally(
        in_favour=len(favour),
        custodians_in_favour=custodians,
        against=len(proposal.votes) - len(favour),
        passed=len(favour) >= proposal.needed and custodians >= proposal.needed_custodians,
    )


def _is_custodian(index: Index, number: int, block: int) -> bool:
    found = index.find_organisation(number, block)
    return found is not None and Capability.CUSTODIAN in found.capabilities
