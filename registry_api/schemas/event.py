"""The feed of events, as CloudEvents 1.0 in the JSON format."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ledger_node.domain.feed import KINDS, POSITION, REVERTED, named
from registry_api.schemas.base import Answer, Hex, Listing, Moment

EXAMPLE_POSITION = "1200.3.5c1d7e7e7e7e7e7e"
LAST_EVENT_ID = f"^{POSITION}$"


class EventData(Answer):
    """The event as its contract wrote it; what its arguments say is in `docs/contracts.md`."""

    reverts: str | None = Field(description="Of `reverted`: the type of the event that was taken back.")
    event: str = Field(description="Its name in Solidity.", examples=["ConsentRevoked"])
    contract: str = Field(description="Role of the contract.", examples=["consents"])
    generation: int = Field(description="Of the contract; 0 for the Consortium, which is of none.")
    block: int
    log_index: int
    block_hash: Hex
    transaction: Hex
    args: dict[str, Any] = Field(description="By their names in Solidity: numbers, truth values, text, 0x-hex.")


class CloudEvent(Answer):
    """An event, or that a reorganisation took it back."""

    specversion: Literal["1.0"]
    id: str = Field(description="Unique within `source`: whoever gets it twice may leave it out.")
    source: str = Field(
        description="The chain, by its id and its first block.", examples=[f"urn:medledger:1337:0x{'5c' * 32}"]
    )
    type: str = Field(json_schema_extra={"enum": [named(kind) for kind in (*KINDS.values(), REVERTED)]})
    subject: str | None = Field(description="The id or number that it is about.")
    time: Moment = Field(description="Of the event's block; of `reverted`, when this node saw it.")
    datacontenttype: Literal["application/json"]
    position: str = Field(
        description="Where to go on after this one.", pattern=LAST_EVENT_ID, examples=[EXAMPLE_POSITION]
    )
    data: EventData


class Events(Listing):
    items: list[CloudEvent]
    next: str | None = Field(
        description="Give it as `after` for the next page; null at the end. There, the last item's `position` goes on "
        "with what comes later."
    )
