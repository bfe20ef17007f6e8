"""A model version with its origin."""

from __future__ import annotations

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from registry_api.explorer import views
from registry_api.explorer.known import KNOWN
from registry_api.explorer.page import render, router
from registry_api.explorer.picture import draw
from registry_api.levels import MEANING
from registry_api.node import NodeOf
from registry_api.reading import ViewOf
from registry_api.routes.parts import Id
from registry_api.schemas.base import rfc3339
from registry_api.svg import Picture

routes = router()


@routes.get("/versions/{version}")
def show_version(request: Request, node: NodeOf, view: ViewOf, version: Id) -> HTMLResponse:
    found = views.origin(node, view, version)
    return render(
        request, "version.html", origin=found, view=view, now=rfc3339(view.time), known=KNOWN, meaning=MEANING
    )


@routes.get("/versions/{version}/lineage.svg")
def show_lineage_picture(node: NodeOf, view: ViewOf, version: Id) -> Response:
    return Picture(draw(node.lineages.lineage(version, view.block)))
