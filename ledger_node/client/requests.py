"""Requests for a consent: made by who wants to use a dataset, answered by its hospital."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import (
    ANYWHERE,
    AsOf,
    Document,
    Json,
    Searched,
    card_fields,
    condition,
    digests,
    id_,
    mask,
    named,
    searching,
    time,
)
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import DeclineReason, Operation, Purpose, Region, RequestState


@dataclass(frozen=True, slots=True)
class Wanted:
    """The terms wanted, each as in a consent's; `card` is the public card of the project."""

    dataset: str
    purposes: Purpose
    operations: Operation
    not_before: datetime
    expires_at: datetime
    card: Document
    condition: int = 0
    regions: Region = ANYWHERE
    max_rounds: int = 0
    epsilon_budget: int = 0
    project_ref: str | None = None

    def body(self) -> Json:
        return {
            "dataset": id_(self.dataset, "dataset"),
            "purposes": mask(self.purposes),
            "operations": mask(self.operations),
            "condition": condition(self.condition),
            "regions": mask(self.regions),
            "notBefore": time(self.not_before),
            "expiresAt": time(self.expires_at),
            "maxRounds": self.max_rounds,
            "epsilonBudget": self.epsilon_budget,
            "projectRef": digests(self.project_ref, "project"),
            **card_fields(self.card),
        }


class Requests(Noun):
    def get(self, request: str, *, as_of: AsOf | None = None) -> answers.Request:
        return self._http.get(answers.Request, _path(request), {"asOf": as_of})

    def list(
        self,
        *,
        dataset: str | None = None,
        requester: int | None = None,
        purpose: Purpose | None = None,
        state: RequestState | None = None,
        limit: int = 50,
        cursor: str | None = None,
        **selected: Unpack[Searched],
    ) -> answers.Page[answers.Request]:
        filters = {"dataset": dataset, "requester": requester, "purpose": named(purpose), "state": named(state)}
        query = searching(selected, **filters, limit=limit, cursor=cursor)
        return self._http.page(answers.Request, "/v1/requests", query)

    def all(
        self,
        *,
        dataset: str | None = None,
        requester: int | None = None,
        purpose: Purpose | None = None,
        state: RequestState | None = None,
        **selected: Unpack[Searched],
    ) -> Iterator[answers.Request]:
        query = searching(selected, dataset=dataset, requester=requester, purpose=named(purpose), state=named(state))
        return self._http.all_of(answers.Request, "/v1/requests", query)

    def make(self, wanted: Wanted, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._http.write("/v1/requests", wanted.body(), idempotency_key, wait)

    def send_message(
        self,
        request: str,
        text: str,
        *,
        in_reply_to: int | None = None,
        visas: Sequence[str] = (),
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """The hospital asks back, or the requester answers: public text, which names no person. Of visas (JWS compact
        form) the node makes statements public, and keeps none."""
        body: Json = {"text": text, "inReplyTo": in_reply_to, "visas": list(visas)}
        return self._http.write(f"{_path(request)}/messages", body, idempotency_key, wait)

    def check_visa(self, request: str, visa: str) -> answers.VisaCheck:
        """Whether a visa that was handed over is valid, and attached to the request. InvalidVisa."""
        return self._http.ask(answers.VisaCheck, f"{_path(request)}/visas/check", {"visa": visa})

    def decline(
        self, request: str, reason: DeclineReason, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """The hospital's no. Its yes is a consent that names the request."""
        return self._http.write(f"{_path(request)}/decline", {"reason": reason.name}, idempotency_key, wait)


def _path(request: str) -> str:
    return f"/v1/requests/{id_(request, 'request')}"
