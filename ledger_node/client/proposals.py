"""Who is admitted, suspended and reinstated, by vote."""

from __future__ import annotations

from ledger_node.client import answers
from ledger_node.client.inputs import mask
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import Capability, ProposalKind


class Proposals(Noun):
    def list(
        self, *, as_of: int | None = None, limit: int = 50, cursor: str | None = None
    ) -> answers.Page[answers.Proposal]:
        query = {"asOf": as_of, "limit": limit, "cursor": cursor}
        return self._http.page(answers.Proposal, "/v1/proposals", query)

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
        admission = {"name": name, "admin": admin, "capabilities": mask(capabilities), "forProfit": for_profit}
        body: dict[str, object] = {"kind": ProposalKind.ADMIT.name, "admission": admission}
        return self._http.write("/v1/proposals", body, idempotency_key, wait)

    def suspend(self, organisation: int, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        body: dict[str, object] = {"kind": ProposalKind.SUSPEND.name, "organisation": organisation}
        return self._http.write("/v1/proposals", body, idempotency_key, wait)

    def reinstate(
        self, organisation: int, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        body: dict[str, object] = {"kind": ProposalKind.REINSTATE.name, "organisation": organisation}
        return self._http.write("/v1/proposals", body, idempotency_key, wait)

    def vote(
        self, number: int, *, in_favour: bool, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        return self._http.write(f"/v1/proposals/{number}/votes", {"inFavour": in_favour}, idempotency_key, wait)

    def execute(self, number: int, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._http.write(f"/v1/proposals/{number}/execution", {}, idempotency_key, wait)
