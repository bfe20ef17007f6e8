"""The overview of the node, and what waits for who has signed in."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import HTMLResponse

from registry_api.explorer import desk, views
from registry_api.explorer.page import render, router
from registry_api.explorer.visitor import visitor_of
from registry_api.node import NodeOf
from registry_api.reading import ViewOf
from registry_api.schemas.base import rfc3339

routes = router()


@routes.get("/")
def show_overview(request: Request, node: NodeOf, view: ViewOf) -> HTMLResponse:
    session = visitor_of(request).session
    return render(
        request,
        "overview.html",
        node_=views.overview(node),
        view=view,
        now=rfc3339(view.time),
        recent=views.recent(node, view, session.caller.role if session else None),
        waiting=desk.waiting(node, view, session.caller) if session else None,
    )
