"""What is new, for pages that are open: they look again by themselves."""

from __future__ import annotations

import json

from fastapi import Request

from ledger_node.domain.feed import KINDS, REVERTED, Told, subject_of
from ledger_node.errors import InvalidField
from ledger_node.services.feed import Feed
from registry_api.broadcast import Broadcast
from registry_api.event_stream import EventStream
from registry_api.explorer.page import router
from registry_api.node import NodeOf
from registry_api.reading import lane_of
from registry_api.routes.events import LATEST, After, LastEventId, position_of

#: Streams for pages at once, and of them for one address: anybody may look, and a proxy has one address for many.
MOST, OF_ONE = 1_000, 250
#: Blocks: a page that was left for longer looks again once, and need not be told all that it missed.
FURTHEST = 10_000

routes = router()


def broadcast() -> Broadcast:
    return Broadcast(_written, most=MOST, of_one=OF_ONE)


@routes.get("/live")
def follow(request: Request, node: NodeOf, after: After = None, last_event_id: LastEventId = None) -> EventStream:
    """Server-sent events from a position, a block or `latest` on. InvalidField for one that is too far back."""
    at = position_of(node.feed, last_event_id or after or LATEST)
    behind = node.feed.end_of(None).at.block - at.at.block
    if behind > FURTHEST:
        raise InvalidField(
            "this is too far back", got=f"{behind} blocks", needed=f"at most {FURTHEST}, or latest", field="query.after"
        )
    who = request.client.host if request.client else ""
    return EventStream(request.app.state.live, node.feed, lane_of(request), at, KINDS, who)


def _written(_: Feed, told: Told) -> bytes:
    """Only what pages show: of what kind, about what, in which block."""
    event = told.event
    kind = REVERTED if told.reverted else KINDS[event.name]
    said = json.dumps({"kind": kind, "about": subject_of(event), "block": event.at.block}, separators=(",", ":"))
    return f"id: {told.after}\ndata: {said}\n\n".encode()
