"""What the consortium votes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import AsOf, Json, Selected, address, id_, mask, selection
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import Capability, ProposalKind, StateReason


class Proposals(Noun):
    """Each opening counts as no vote: whoever proposes votes like the others."""

    def get(self, number: int, *, as_of: AsOf | None = None) -> answers.Proposal:
        return self._http.get(answers.Proposal, f"/v1/proposals/{number}", {"asOf": as_of})

    def list(
        self,
        *,
        state: Literal["OPEN", "PASSED", "EXECUTED", "LAPSED"] | None = None,
        limit: int = 50,
        cursor: str | None = None,
        **selected: Unpack[Selected],
    ) -> answers.Page[answers.Proposal]:
        query = selection(selected, state=state, limit=limit, cursor=cursor)
        return self._http.page(answers.Proposal, "/v1/proposals", query)

    def all(
        self, *, state: Literal["OPEN", "PASSED", "EXECUTED", "LAPSED"] | None = None, **selected: Unpack[Selected]
    ) -> Iterator[answers.Proposal]:
        query = selection(selected, state=state)
        return self._http.all_of(answers.Proposal, "/v1/proposals", query)

    def admit(
        self,
        name: str,
        admin: str,
        capabilities: Capability,
        *,
        for_profit: bool,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Proposes to admit a legal entity under its admin address."""
        admission = {
            "name": name,
            "admin": address(admin),
            "capabilities": mask(capabilities),
            "forProfit": for_profit,
        }
        return self._open(ProposalKind.ADMIT, {"admission": admission}, idempotency_key, wait)

    def suspend(self, organisation: int, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._open(ProposalKind.SUSPEND, {"organisation": organisation}, idempotency_key, wait)

    def reinstate(
        self, organisation: int, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        return self._open(ProposalKind.REINSTATE, {"organisation": organisation}, idempotency_key, wait)

    def remove(self, organisation: int, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._open(ProposalKind.REMOVE, {"organisation": organisation}, idempotency_key, wait)

    def replace_admin(
        self, organisation: int, admin: str, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """The new admin key can accept seven days after the execution, in which the old one may object."""
        body: Json = {"organisation": organisation, "admin": address(admin)}
        return self._open(ProposalKind.REPLACE_ADMIN, body, idempotency_key, wait)

    def change_thresholds(
        self, of_all: int, of_custodians: int, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Shares that a later proposal must exceed, in ten-thousandths: 5000 to 9999."""
        body: Json = {"thresholds": {"all": of_all, "custodians": of_custodians}}
        return self._open(ProposalKind.CHANGE_THRESHOLDS, body, idempotency_key, wait)

    def register_generation(
        self, contracts: Mapping[str, str], *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """`contracts` maps datasets, consents, training, models and anchors to an address each."""
        body: Json = {"contracts": {role: address(place) for role, place in contracts.items()}}
        return self._open(ProposalKind.REGISTER_GENERATION, body, idempotency_key, wait)

    def lift_recall(self, recall: str, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._open(ProposalKind.LIFT_RECALL, {"recall": id_(recall, "recall")}, idempotency_key, wait)

    def revoke_consent(
        self, consent: str, reason: StateReason, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        body: Json = {"consent": id_(consent, "consent"), "reason": reason.name}
        return self._open(ProposalKind.REVOKE_CONSENT, body, idempotency_key, wait)

    def suspend_consent(
        self,
        consent: str,
        reason: StateReason,
        duration: int,
        *,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """`duration` is seconds from the execution, at most 30 days."""
        body: Json = {"consent": id_(consent, "consent"), "reason": reason.name, "duration": duration}
        return self._open(ProposalKind.SUSPEND_CONSENT, body, idempotency_key, wait)

    def vote(
        self, number: int, *, in_favour: bool, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        return self._http.write(f"/v1/proposals/{number}/votes", {"inFavour": in_favour}, idempotency_key, wait)

    def execute(self, number: int, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        """Carries out a proposal that has passed."""
        return self._http.write(f"/v1/proposals/{number}/execution", {}, idempotency_key, wait)

    def _open(self, kind: ProposalKind, about: Json, idempotency_key: str | None, wait: int) -> answers.Submission:
        return self._http.write("/v1/proposals", {"kind": kind.name, **about}, idempotency_key, wait)
