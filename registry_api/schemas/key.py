"""Keys of organisations, claims that one was compromised, and what a key wrote."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from ledger_node.domain.codes import KeyRole
from registry_api.schemas.base import Answer, Asked, Hex, Listing, Moment, NameOf, Organisation, Stamped, Time


class ClaimCompromise(Asked):
    """Since when what the key wrote may not be its organisation's own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"since": "2026-11-20T06:00:00Z"}]})

    since: Time


class KeyFacts(Answer):
    address: str
    organisation: Organisation
    role: Annotated[str, NameOf(KeyRole, but=("NONE",))]
    state: str = Field(
        description="An offer is `proposed` until it is accepted or withdrawn, or void because an admin key came or "
        "went meanwhile; a retired key counts no more.",
        json_schema_extra={"enum": ["proposed", "accepted", "retired", "withdrawn", "void"]},
    )
    acceptable_from: Moment | None = Field(description="From when a proposed key may accept.")
    compromised_since: Moment | None = Field(
        description="The claim that what it wrote from then on may not be its organisation's own; null without one."
    )
    compromise_reporter: str | None = Field(description="Address of the key that made the claim.")
    compromise_claimed_at: Moment | None = Field(description="When the claim was made.")
    compromise_confirmed_by: Organisation | None = Field(description="The regulator that confirmed the claim.")
    compromise_confirmed_since: Moment | None = Field(
        description="From when on it did, which may be later than claimed; later claims leave it."
    )
    block: int


class Key(Stamped, KeyFacts):
    pass


class Keys(Listing):
    items: list[KeyFacts]


class WrittenFact(Answer):
    """An event that the key wrote: one that names it, or what it did with other keys as its organisation's admin. It
    stays, whatever is claimed of the key."""

    contract: str = Field(description="Role of the contract.")
    generation: int = Field(description="Of the contract; 0 for the Consortium, which is of none.")
    event: str = Field(examples=["ConsentIssued"])
    subject: str | None = Field(description="The id or number that the event is about.")
    transaction: Hex
    written_at: Moment
    doubtful: bool = Field(
        description="Written at or after the time since when the key is confirmed, else claimed, to be compromised."
    )
    block: int


class WrittenFacts(Listing):
    compromised_since: Moment | None
    items: list[WrittenFact]
