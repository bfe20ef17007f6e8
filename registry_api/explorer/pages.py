"""The pages: an overview of the node, a model version with its origin."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from ledger_node import __version__
from ledger_node.errors import LookupFailure, MedLedgerError
from registry_api import problems
from registry_api.explorer import views
from registry_api.explorer.known import KNOWN
from registry_api.explorer.picture import draw
from registry_api.explorer.text import count, epsilon, operations, records, short, spoken, words
from registry_api.levels import MEANING
from registry_api.node import NodeOf
from registry_api.reading import ViewOf
from registry_api.routes.parts import Id
from registry_api.schemas.base import rfc3339
from registry_api.svg import Picture
from registry_api.validation import error_of

_templates = Environment(
    loader=PackageLoader("registry_api.explorer"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {one.__name__: one for one in (epsilon, operations, records, short, spoken, words)}
_templates.globals |= {"count": count, "software": __version__}


class Page(APIRoute):
    """A route whose problems are pages too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return trouble(error_of(error.errors()))
            except MedLedgerError as error:
                return trouble(error)

        return shown


routes = APIRouter(route_class=Page, include_in_schema=False)


def mount(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(packages=[("registry_api.explorer", "static")]))


@routes.get("/")
def show_overview(node: NodeOf, view: ViewOf) -> HTMLResponse:
    return _page("overview.html", node_=views.overview(node, view), view=view, now=rfc3339(view.time))


@routes.get("/versions/{version}")
def show_version(node: NodeOf, view: ViewOf, version: Id) -> HTMLResponse:
    found = views.origin(node, view, version)
    return _page("version.html", origin=found, view=view, now=rfc3339(view.time), known=KNOWN, meaning=MEANING)


@routes.get("/versions/{version}/lineage.svg")
def show_lineage_picture(node: NodeOf, view: ViewOf, version: Id) -> Response:
    return Picture(draw(node.lineages.lineage(version, view.block)))


def trouble(error: MedLedgerError, status: int | None = None) -> HTMLResponse:
    missing = isinstance(error, LookupFailure)
    return _page("trouble.html", status or problems.status_of(type(error)), error=error, missing=missing)


def _page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    return HTMLResponse(_templates.get_template(template).render(**values), status_code=status)
