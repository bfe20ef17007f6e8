"""Organisations, their keys, and the consortium that they make."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from ledger_node.domain.codes import EmergencyReason, OrganisationStatus
from registry_api.schemas.base import Answer, Asked, Listing, Moment, NameOf, Organisation, Stamped, Time


class Emergency(Answer):
    """A regulator's suspension of an organisation, without a vote."""

    regulator: Organisation
    reason: Annotated[str, NameOf(EmergencyReason)]
    at: Moment
    until: Moment = Field(description="When it ends, or ended, by itself; earlier when a vote reinstated.")
    block: int


class OrganisationFacts(Answer):
    number: int
    name: str
    admin: str = Field(description="Address of its admin key.")
    capabilities: list[str]
    for_profit: bool
    status: Annotated[str, NameOf(OrganisationStatus, but=("UNKNOWN",))] = Field(
        description="SUSPENDED by vote, or while a regulator's emergency suspension runs at the block's time."
    )
    emergency_until: Moment | None = Field(
        description="When a regulator's emergency suspension ends, or ended; null when none was used since it was "
        "last reinstated."
    )
    emergencies: list[Emergency] = Field(description="Every emergency suspension, past ones too, the newest last.")
    block: int = Field(description="The block of its admission.")


class OrganisationAnswer(Stamped, OrganisationFacts):
    pass


class Organisations(Listing):
    items: list[OrganisationFacts]


class SuspendInEmergency(Asked):
    """A regulator's suspension, which ends by itself at `until`, at most 30 days ahead, and is not used twice."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "KEY_COMPROMISED", "until": "2026-12-01T00:00:00Z"}]}
    )

    reason: Annotated[str, NameOf(EmergencyReason)]
    until: Time


class Thresholds(Answer):
    """Shares that a proposal must exceed, in ten-thousandths."""

    all: int = Field(description="Of all organisations.")
    custodians: int = Field(description="Of the custodians.")


class Consortium(Stamped):
    thresholds: Thresholds
    generation: int = Field(description="The generation of contracts that is in force.")
    members: int = Field(description="Organisations that were not removed.")


class GenerationFacts(Answer):
    """A set of contracts that work together. What is new is made in the one in force."""

    number: int = Field(description="Counts from 1.")
    contracts: dict[str, str] = Field(description="Address of each contract by its role.")
    in_force: bool
    block: int


class Generations(Listing):
    items: list[GenerationFacts]
