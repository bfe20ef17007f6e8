"""Requests for a consent, and how they were answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from ledger_node.domain import request as domain
from ledger_node.domain.codes import DeclineReason, Operation, Purpose, Region, RequestState
from ledger_node.domain.word import NOTHING
from registry_api.schemas.base import (
    EXAMPLE_ID,
    Answer,
    Asked,
    Digest,
    Epsilon,
    Hex,
    Id,
    Moment,
    NameOf,
    Operations,
    Organisation,
    Purposes,
    Regions,
    Rounds,
    Searchable,
    Stamped,
    Time,
    mask_of,
)
from registry_api.schemas.document import WithCard, one_card
from registry_api.schemas.scope import Condition

EXAMPLE_REQUEST = {
    "dataset": EXAMPLE_ID,
    "purposes": ["HRESCH", "MLTRAINING"],
    "operations": ["TRAIN", "FEDERATED_ROUND", "EXPORT_WEIGHTS"],
    "condition": None,
    "regions": ["DE"],
    "notBefore": "2026-12-01T00:00:00Z",
    "expiresAt": "2027-12-01T00:00:00Z",
    "maxRounds": 50,
    "epsilonBudget": 4_000_000,
    "projectRef": None,
    "card": {"title": "Lesion classification in breast ultrasound", "sponsor": "Sonographix Research B.V."},
}


class MakeRequest(WithCard):
    """The terms wanted, and a public card of the project. What is granted is the hospital's decision."""

    model_config = one_card(EXAMPLE_REQUEST)

    dataset: Id
    purposes: Purposes
    operations: Operations
    condition: Condition | None = Field(None, description="The disease studied; null for none in particular.")
    regions: Regions = Field(default_factory=list)
    not_before: Time
    expires_at: Time
    max_rounds: Rounds
    epsilon_budget: Epsilon = Field(0, description="Privacy loss wanted, in millionths of epsilon.")
    project_ref: Digest | None = Field(None, description="Salted commitment to a permit or project; null names none.")

    def facts(self, card_digest: str) -> domain.Wanted:
        return domain.Wanted(
            dataset=self.dataset,
            purposes=mask_of(self.purposes, Purpose),
            operations=mask_of(self.operations, Operation),
            condition=self.condition or 0,
            regions=mask_of(self.regions, Region),
            not_before=self.not_before,
            expires_at=self.expires_at,
            max_rounds=self.max_rounds,
            epsilon_budget=self.epsilon_budget,
            project_ref=self.project_ref or NOTHING,
            card_digest=card_digest,
        )


class DeclineRequest(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "SAFEGUARDS_TOO_WEAK"}]})

    reason: Annotated[str, NameOf(DeclineReason)]


class RequestFacts(Answer):
    """The terms wanted as they were asked for, and the answer, if there is one."""

    id: Hex
    requester: Organisation
    custodian: Organisation = Field(description="Who answers.")
    made_at: Moment
    dataset: Hex
    purposes: list[str]
    operations: list[str]
    condition: str | None
    regions: list[str]
    not_before: Moment
    expires_at: Moment
    max_rounds: int
    epsilon_budget: int
    project_ref: Hex | None
    card_digest: Hex
    state: Annotated[str, NameOf(RequestState, but=("NONE",))]
    consent: Hex | None = Field(description="The consent that granted it.")
    decline_reason: str | None
    answered_at: Moment | None
    block: int


class Request(Stamped, RequestFacts):
    pass


class Requests(Searchable):
    items: list[RequestFacts]
