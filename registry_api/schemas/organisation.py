"""Organisations and the proposals they vote on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ledger_node.domain.codes import Capability, OrganisationStatus
from registry_api.schemas.base import ADDRESS, Answer, Asked, Counted, Listing, Moment, NameOf, Organisation, Stamped


class OrganisationFacts(Answer):
    number: int
    name: str
    admin: str = Field(description="Address of its admin key.")
    capabilities: list[str]
    for_profit: bool
    status: Annotated[str, NameOf(OrganisationStatus, but=("UNKNOWN",))]
    block: int = Field(description="The block of its admission.")


class OrganisationAnswer(Stamped, OrganisationFacts):
    pass


class Organisations(Listing):
    items: list[OrganisationFacts]


class Admission(Asked):
    """An organisation that is to be admitted."""

    admin: str = Field(pattern=ADDRESS, strict=True, description="Address of its admin key.")
    capabilities: list[Annotated[str, NameOf(Capability)]] = Field(min_length=1, max_length=len(Capability))
    for_profit: Annotated[bool, Field(strict=True)]
    name: str = Field(min_length=1, max_length=128, strict=True, description="Name of the legal entity.")


class ProposeAdmission(Asked):
    kind: Literal["ADMIT"]
    admission: Admission


class ProposeStatus(Asked):
    kind: Literal["SUSPEND", "REINSTATE"]
    organisation: Counted


EXAMPLE_PROPOSAL = {
    "kind": "ADMIT",
    "admission": {
        "admin": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
        "capabilities": ["CUSTODIAN"],
        "forProfit": False,
        "name": "Klinikum Süd gGmbH",
    },
}
Propose = Annotated[ProposeAdmission | ProposeStatus, Field(discriminator="kind")]


class Vote(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"inFavour": True}]})

    in_favour: Annotated[bool, Field(strict=True)]


class CastVote(Answer):
    organisation: Organisation
    in_favour: bool


class ProposedAdmission(Answer):
    admin: str
    capabilities: list[str]
    for_profit: bool
    name: str


class Proposal(Answer):
    number: int
    proposer: Organisation
    kind: str
    admission: ProposedAdmission | None = Field(description="Who is to be admitted, when the kind is ADMIT.")
    organisation: Organisation | None = Field(description="Who it is about, for the other kinds.")
    deadline: Moment
    votes: list[CastVote]
    executed: bool
    block: int


class Proposals(Listing):
    items: list[Proposal]
