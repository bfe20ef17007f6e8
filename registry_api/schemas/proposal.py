"""Proposals of every kind, and the votes on them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from ledger_node.domain.codes import Capability, ProposalKind, StateReason
from ledger_node.domain.consent import LONGEST_SUSPENSION
from ledger_node.domain.organisation import GREATEST_SHARE, LEAST_SHARE
from registry_api.schemas.base import (
    Address,
    Answer,
    Asked,
    Counted,
    Hex,
    Id,
    Listing,
    Moment,
    NameOf,
    Organisation,
    Stamped,
    whole,
)
from registry_api.schemas.organisation import Thresholds

Share = Annotated[int, Field(ge=LEAST_SHARE, le=GREATEST_SHARE), BeforeValidator(whole)]
Duration = Annotated[int, Field(ge=1, le=LONGEST_SUSPENSION), BeforeValidator(whole)]


class Admission(Asked):
    """An organisation that is to be admitted."""

    admin: Address = Field(description="Address of its admin key.")
    capabilities: list[Annotated[str, NameOf(Capability)]] = Field(min_length=1, max_length=len(Capability))
    for_profit: Annotated[bool, Field(strict=True)]
    name: str = Field(min_length=1, max_length=128, strict=True, description="Name of the legal entity.")


class ProposeAdmission(Asked):
    kind: Literal["ADMIT"]
    admission: Admission


class ProposeStatus(Asked):
    kind: Literal["SUSPEND", "REINSTATE", "REMOVE"]
    organisation: Counted


class ProposeAdmin(Asked):
    """The new admin key can accept once seven days have passed in which the old one may object."""

    kind: Literal["REPLACE_ADMIN"]
    organisation: Counted
    admin: Address


class Shares(Asked):
    """Shares that a proposal must exceed, in ten-thousandths: from a majority (5000) to all (9999)."""

    all: Share
    custodians: Share


class ProposeThresholds(Asked):
    kind: Literal["CHANGE_THRESHOLDS"]
    thresholds: Shares


class NewContracts(Asked):
    """Addresses of deployed contracts that work together. Compare their code with its source before you vote."""

    datasets: Address
    consents: Address
    training: Address
    models: Address
    anchors: Address


class ProposeGeneration(Asked):
    kind: Literal["REGISTER_GENERATION"]
    contracts: NewContracts


class ProposeLift(Asked):
    kind: Literal["LIFT_RECALL"]
    recall: Id


class ProposeRevocation(Asked):
    kind: Literal["REVOKE_CONSENT"]
    consent: Id
    reason: Annotated[str, NameOf(StateReason)]


class ProposeSuspension(Asked):
    """`duration` counts in seconds from the execution, at most 30 days."""

    kind: Literal["SUSPEND_CONSENT"]
    consent: Id
    reason: Annotated[str, NameOf(StateReason)]
    duration: Duration


EXAMPLE_PROPOSAL = {
    "kind": "ADMIT",
    "admission": {
        "admin": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
        "capabilities": ["CUSTODIAN"],
        "forProfit": False,
        "name": "Klinikum Süd gGmbH",
    },
}
Propose = Annotated[
    ProposeAdmission
    | ProposeStatus
    | ProposeAdmin
    | ProposeThresholds
    | ProposeGeneration
    | ProposeLift
    | ProposeRevocation
    | ProposeSuspension,
    Field(discriminator="kind"),
]


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


class About(Answer):
    """What a proposal is about; the fields that its kind does not have are null."""

    admission: ProposedAdmission | None = None
    organisation: Organisation | None = None
    admin: str | None = Field(None, description="Address of the new admin key.")
    thresholds: Thresholds | None = None
    contracts: dict[str, str] | None = Field(None, description="Address of each new contract by its role.")
    generation: int | None = Field(None, description="The generation in which the recall or the consent lives.")
    recall: Hex | None = None
    consent: Hex | None = None
    reason: str | None = None
    duration: int | None = Field(None, description="Seconds from the execution.")


class ProposalFacts(About):
    number: int
    proposer: Organisation
    kind: Annotated[str, NameOf(ProposalKind)]
    payload: str = Field(description="What is voted on, as the contract encodes it (0x-hex).")
    deadline: Moment
    electorate: int = Field(description="Organisations that may vote: those that belonged when it was opened.")
    needed: int = Field(description="Votes in favour that it takes.")
    needed_custodians: int = Field(description="Votes of custodians in favour that it takes.")
    in_favour: int
    custodians_in_favour: int
    against: int
    state: str = Field(
        description="PASSED once the votes suffice, LAPSED when the deadline came before its execution.",
        json_schema_extra={"enum": ["OPEN", "PASSED", "EXECUTED", "LAPSED"]},
    )
    votes: list[CastVote]
    block: int


class Proposal(Stamped, ProposalFacts):
    pass


class Proposals(Listing):
    items: list[ProposalFacts]
