"""Events of the feed, as CloudEvents 1.0."""

from typing import Any, TypedDict


class EventData(TypedDict):
    """As its contract wrote it; `reverts` is the type of what a reorganisation took back."""

    reverts: str | None
    event: str
    contract: str
    generation: int
    block: int
    logIndex: int
    blockHash: str
    transaction: str
    args: dict[str, Any]


class Event(TypedDict):
    """`position` is where to go on after it."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str | None
    time: str
    datacontenttype: str
    position: str
    data: EventData
