"""Requests for a consent, what was said about them, and how they were answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from ledger_node.domain import request as domain
from ledger_node.domain.codes import DeclineReason, Operation, Purpose, Region, RequestState
from ledger_node.domain.word import NOTHING
from registry_api.schemas.base import (
    EXAMPLE_DIGEST,
    EXAMPLE_ID,
    Answer,
    Asked,
    Counted,
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
from registry_api.schemas.consent import ConsentFacts
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


#: Lines of text, without other control characters.
TEXT = r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$"


VisaText = Annotated[
    str, Field(min_length=1, max_length=8192, strict=True, description="A visa in JWS compact form (RFC 7515).")
]


class SendMessage(Asked):
    """Public within the consortium, and it stays: no person is named, and nothing of a patient."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "Which ethics vote covers the export of weights?", "inReplyTo": None}]}
    )

    text: str = Field(min_length=1, max_length=4000, pattern=TEXT, strict=True)
    in_reply_to: Counted | None = Field(None, description="Number of an earlier message; null answers none.")
    visas: list[VisaText] = Field(
        default_factory=list,
        max_length=10,
        description="GA4GH visas as grounds. The node checks them and makes statements of them public: issuer, grant, "
        "days and a digest. The visas themselves, which name a person, go nowhere and are not kept.",
    )

    def facts(self) -> domain.NewMessage:
        return domain.NewMessage(self.text, self.in_reply_to, tuple(self.visas))


class CheckVisa(Asked):
    """A visa that its holder has handed over. It is not kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"visa": "eyJhbGciOi….eyJpc3MiOi….c2lnbmF0dXJl"}]})

    visa: VisaText


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
    state: Annotated[str, NameOf(RequestState, but=("NONE",))] = Field(
        description="ASKED_BACK is open, and the newest message is the hospital's."
    )
    consent: Hex | None = Field(description="The consent that granted it.")
    decline_reason: str | None
    answered_at: Moment | None
    block: int


class VisaStatement(Answer):
    """What is said of a visa, attested by who says it: its node has checked signature and times."""

    digest: Hex = Field(description="sha-256 of the request's id and the visa.", examples=[EXAMPLE_DIGEST])
    issuer: str = Field(examples=["https://rems.example/"])
    type: str = Field(examples=["ControlledAccessGrants"])
    value: str = Field(description="What is granted.", examples=["https://repository.example/datasets/710"])
    source: str = Field(description="Who decided.", examples=["https://repository.example/dac"])
    by: str | None = Field(description="In which function.", examples=["dac"])
    asserted: str = Field(description="The day of the decision.", examples=["2026-11-01"])
    expires: str = Field(description="The day on which the visa ends.", examples=["2027-11-01"])

    @classmethod
    def of(cls, statement: Mapping[str, Any]) -> VisaStatement:
        return cls(**{"by": None, **statement})


class VisaCheck(Stamped):
    """What this node found in a visa: it is valid, and of an issuer that the node trusts."""

    visa: VisaStatement
    message: int | None = Field(description="The message that it is attached to; null when none is, that can be read.")
    agrees: bool | None = Field(description="Whether that message says of it what is in it; null without one.")


class Message(Answer):
    """What an organisation said, attested by it: the digest of its text is in its transaction."""

    number: int = Field(description="Counts the messages of both sides from 1.", examples=[1])
    sender: Organisation
    sent_at: Moment
    in_reply_to: int | None
    text: str | None = Field(description="null where `missing` says why.")
    visas: list[VisaStatement]
    digest: Hex = Field(description="Of the document that holds the text.", examples=[EXAMPLE_DIGEST])
    missing: str | None = Field(description="Why the text cannot be shown here; null when it is.")
    block: int


class Grant(Answer):
    """The consent that answers a request, beside what was asked for."""

    consent: ConsentFacts
    narrower: list[str] = Field(description="Fields in which it permits less than was asked for.")
    wider: list[str] = Field(
        description="Fields in which it permits more: no node of this software issues such a consent, but the contract "
        "does not compare."
    )


class Request(Stamped, RequestFacts):
    """The whole history in its order: what was asked, what was said, how it was answered."""

    messages: list[Message]
    grant: Grant | None


class Requests(Searchable):
    items: list[RequestFacts]
