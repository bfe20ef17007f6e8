"""The feed of events: pages of it, or a stream of server-sent events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Header, Query, Request

from ledger_node.domain.feed import BEGINNING, POSITION, TYPES, FeedPosition, names_of
from registry_api.event_stream import MEDIA_TYPE, EventStream
from registry_api.node import NodeOf
from registry_api.reading import Limit, View, lane_of
from registry_api.routes.parts import router
from registry_api.schemas.event import EXAMPLE_POSITION, LAST_EVENT_ID, CloudEvent, Events
from registry_api.schemas.problem import READ, declared

if TYPE_CHECKING:
    from ledger_node.services.feed import Feed

routes = router("events")
LATEST = "latest"
WORD = "|".join(one.replace(".", r"\.") for one in TYPES)
STREAM = {
    "description": "A page; or, for `Accept: text/event-stream`, the same events as they come: `id` is the position, "
    "`data` a CloudEvent. `event: dropped` ends the stream with a reason.",
    "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
}
After = Annotated[
    str | None,
    Query(
        description="Where to go on: the position of an event, a block number (after its last event), or `latest`. "
        "From the first event on when left out.",
        pattern=rf"^({LATEST}|[0-9]{{1,16}}|{POSITION})$",
        examples=[EXAMPLE_POSITION],
    ),
]
Types = Annotated[
    str | None,
    Query(
        alias="type",
        description="Only these, with commas between: whole types, or their first words (`consent,recall.issued`). "
        "What was told of them and is taken back comes as `reverted`.",
        json_schema_extra={"pattern": rf"^({WORD})(,({WORD}))*$"},
        examples=["consent,recall.issued"],
    ),
]
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        description="The position that a stream goes on from, before `after`: browsers send it by themselves.",
        pattern=LAST_EVENT_ID,
        include_in_schema=False,  # browsers send it by themselves; others say `after`
    ),
]


@routes.get("/v1/events", responses={**READ, **declared(409), 200: STREAM})
def list_events(
    request: Request,
    node: NodeOf,
    after: After = None,
    types: Types = None,
    limit: Limit = 50,
    last_event_id: LastEventId = None,
) -> Events:
    """Every fact in the order of the chain, from any position on; what a reorganisation took back as `reverted`."""
    names = names_of(None if types is None else types.split(","))
    if MEDIA_TYPE in request.headers.get("accept", ""):
        at = position_of(node.feed, last_event_id or after)
        state, caller = request.app.state, request.state.caller.name
        return EventStream(state.broadcast, node.feed, lane_of(request), at, names, caller)  # type: ignore[return-value]
    with View(node, None) as view:
        reading = node.feed.read(position_of(node.feed, after), limit, names)
        told = reading.told
        return Events(
            **view.stamp,
            items=[CloudEvent(**node.feed.cloud_event(one)) for one in told],
            next=str(told[-1].after) if len(told) == limit else None,
        )


def position_of(feed: Feed, after: str | None) -> FeedPosition:
    """The position itself, the end of a block, or of the feed; the beginning for None."""
    if after is None:
        return BEGINNING
    if "." in after:
        return FeedPosition.parse(after)
    return feed.end_of(None if after == LATEST else int(after))
