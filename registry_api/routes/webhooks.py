"""Webhooks: where this node sends events. They are the node's own, and no part of the ledger."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from ledger_node.errors import PositionAhead, PositionUnknown
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import View, WindowOf
from registry_api.routes.events import position_of
from registry_api.routes.parts import router
from registry_api.schemas.event import CloudEvent
from registry_api.schemas.problem import READ, declared
from registry_api.schemas.run import Nothing
from registry_api.schemas.webhook import (
    ID,
    MakeWebhook,
    ReplayWebhook,
    WebhookAnswer,
    WebhookFacts,
    Webhooks,
    WebhookSecret,
    facts_of,
    with_secret,
)

routes = router("webhooks")
ACT = {**READ, **declared(403, 408, 409, 413)}
Named = Annotated[
    str, Path(description="As it was answered when it was made.", pattern=ID, examples=[f"wh_{'5c' * 16}"])
]


@routes.post("/v1/webhooks", status_code=201, responses={**ACT, **declared(422)})
def make_webhook(node: NodeOf, once: Once, body: MakeWebhook) -> WebhookSecret:
    """Send events to an address, signed as Standard Webhooks have it. The answer alone shows the secret."""
    return with_secret(node.webhooks.make(body.url, body.types, position_of(node.feed, body.after), once))


@routes.get("/v1/webhooks", responses={**READ, **declared(403)})
def list_webhooks(node: NodeOf, window: WindowOf) -> Webhooks:
    """Where events are sent, and how that goes."""
    cut = window.cut_whole(node.webhooks.all())
    return Webhooks(**window.stamp, items=[facts_of(one) for one in cut.found], next=cut.next)


@routes.get("/v1/webhooks/{webhook}", responses={**READ, **declared(403)})
def get_webhook(node: NodeOf, webhook: Named) -> WebhookAnswer:
    """A webhook, and the event that it waits with."""
    found = node.webhooks.get(webhook)
    with View(node, None):
        try:
            told = node.webhooks.waiting(found)
        except (PositionAhead, PositionUnknown):
            told = None
    waiting = None if told is None else CloudEvent(**node.feed.cloud_event(told))
    return WebhookAnswer(**dict(facts_of(found)), waiting=waiting)


@routes.delete("/v1/webhooks/{webhook}", status_code=204, response_class=Response, responses={**READ, **declared(403)})
def remove_webhook(node: NodeOf, webhook: Named) -> Response:
    """Send nothing more."""
    node.webhooks.remove(webhook)
    return Response(status_code=204)


@routes.post("/v1/webhooks/{webhook}/rotate", responses=ACT)
def rotate_webhook(node: NodeOf, webhook: Named, body: Nothing | None = None) -> WebhookSecret:
    """A new secret. For a day everything is signed with the former one too."""
    del body
    return with_secret(node.webhooks.rotate(webhook))


@routes.post("/v1/webhooks/{webhook}/replay", responses=ACT)
def replay_webhook(node: NodeOf, webhook: Named, body: ReplayWebhook | None = None) -> WebhookFacts:
    """Go on at once: with what it waits with, or from a position, also one that was confirmed already."""
    after = None if body is None else body.after
    return facts_of(node.webhooks.replay(webhook, None if after is None else position_of(node.feed, after)))
