"""The node itself, for its operators: how it stands, and what they can do about it."""

from __future__ import annotations

from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import Request, Response
from starlette.responses import HTMLResponse

from registry_api import auth
from registry_api.explorer import forms
from registry_api.explorer.acting import Answer, act
from registry_api.explorer.page import on_to, router
from registry_api.explorer.sending import render_form, show_again
from registry_api.explorer.visitor import require
from registry_api.node import NodeOf
from registry_api.routes import nodes as api
from registry_api.schemas.node import Alarm
from registry_api.schemas.webhook import facts_of

routes = router()
#: What may be done: the API's path, the body, and whether its answer is shown.
ACTS: dict[str, tuple[str, dict[str, bool], bool]] = {
    "pause": ("/v1/node/pause", {}, False),
    "resume": ("/v1/node/resume", {}, False),
    "fsck": ("/v1/node/fsck", {"repair": False}, True),
    "repair": ("/v1/node/fsck", {"repair": True}, True),
    "rebuild": ("/v1/index/rebuild", {}, True),
    "fill": ("/v1/node/captures/fill", {"anew": True}, False),
}
SHOWN = 20  # alarms, findings and webhooks


@routes.get("/node")
def show_node(request: Request, node: NodeOf) -> HTMLResponse:
    return _page(request, node)


@routes.post("/node")
async def act_on_node(request: Request, node: NodeOf) -> Response:
    form = await forms.read_form(request)
    path, body, shown = ACTS[forms.act_of(form, ACTS, "to a node here")]
    answer = await act(request, form, path, dict(body))
    if answer.refused:
        return await show_again(request, form, partial(_page, request, node), answer)
    if not shown:
        return on_to("/node")
    return await to_thread.run_sync(lambda: _page(request, node, told=answer.body))


def _page(
    request: Request, node: NodeOf, refused: Answer | None = None, told: dict[str, Any] | None = None
) -> HTMLResponse:
    """`told` is what the API answered to the last act: what fsck found, or the digests around a rebuild."""
    caller = require(request, "node", "pause_node")
    listed = auth.may(caller, "webhooks", "list_webhooks")
    return render_form(
        request,
        "node.html",
        refused,
        now=api.get_node_status(node),
        captures=api.get_captures(node),
        alarms=[Alarm.of(one) for one in node.dispatching.alarms(SHOWN)],
        webhooks=[facts_of(one) for one in node.webhooks.all()[:SHOWN]] if listed else None,
        told=told,
        shown=SHOWN,
    )
