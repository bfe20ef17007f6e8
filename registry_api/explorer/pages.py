"""The pages: an overview of the node, a model version with its origin; signing in and out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from ledger_node import __version__
from ledger_node.errors import FormRefused, LookupFailure, MedLedgerError, Unauthenticated
from registry_api import problems
from registry_api.explorer import desk, forms, languages, views, visitor
from registry_api.explorer.known import KNOWN
from registry_api.explorer.picture import draw
from registry_api.explorer.text import count, epsilon, operations, records, short, spoken, words
from registry_api.explorer.visitor import visitor_of
from registry_api.headers import FORMS
from registry_api.levels import MEANING
from registry_api.node import NodeOf
from registry_api.reading import ViewOf, lane_of
from registry_api.routes.parts import Id
from registry_api.schemas.base import rfc3339
from registry_api.svg import Picture
from registry_api.validation import error_of

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

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
                await visitor.meet(request)
                response = await handle(request)
            except RequestValidationError as error:
                response = await trouble(request, error_of(error.errors()))
            except MedLedgerError as error:
                response = await trouble(request, error)
            visitor.remember(request, response)
            return response

        return shown


routes = APIRouter(route_class=Page, include_in_schema=False)


def mount(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(packages=[("registry_api.explorer", "static")]))


@routes.get("/")
def show_overview(request: Request, node: NodeOf, view: ViewOf) -> HTMLResponse:
    session = visitor_of(request).session
    return _page(
        request,
        "overview.html",
        node_=views.overview(node, view),
        view=view,
        now=rfc3339(view.time),
        waiting=None if session is None else desk.waiting(node, view, session.caller),
    )


@routes.get("/versions/{version}")
def show_version(request: Request, node: NodeOf, view: ViewOf, version: Id) -> HTMLResponse:
    found = views.origin(node, view, version)
    return _page(request, "version.html", origin=found, view=view, now=rfc3339(view.time), known=KNOWN, meaning=MEANING)


@routes.get("/versions/{version}/lineage.svg")
def show_lineage_picture(node: NodeOf, view: ViewOf, version: Id) -> Response:
    return Picture(draw(node.lineages.lineage(version, view.block)))


@routes.get("/sign-in")
def show_sign_in(request: Request) -> Response:
    path = request.query_params.get("next", "/")
    return _sign_in(request, path) if visitor_of(request).session is None else _on_to(path)


@routes.post("/sign-in")
async def sign_in(request: Request, node: NodeOf) -> Response:
    form = await forms.read_form(request)
    if not visitor.is_guarded(request):
        raise FormRefused("the key did not come over TLS", needed="https, or this machine's own address")
    request.app.state.tries.take(request.client.host if request.client else "")
    try:
        token = await to_thread.run_sync(node.sessions.begin, form.get("key", "").strip(), limiter=lane_of(request))
    except Unauthenticated:
        return await to_thread.run_sync(lambda: _sign_in(request, form.get("next", "/"), wrong=True))
    response = _on_to(form.get("next", "/"))
    visitor.sign_in(request, response, token)
    return response


@routes.post("/sign-out")
async def sign_out(request: Request, node: NodeOf) -> Response:
    forms.require_session(request, await forms.read_form(request))
    await to_thread.run_sync(node.sessions.end, visitor.token_of(request), limiter=lane_of(request))
    response = _on_to("/")
    visitor.sign_out(request, response)
    return response


async def lost(request: Request, error: MedLedgerError) -> Response:
    """The problem of a path that no route has."""
    with suppress(MedLedgerError):
        await visitor.meet(request)
    return await trouble(request, error)


async def trouble(request: Request, error: MedLedgerError) -> Response:
    missing, status = isinstance(error, LookupFailure), problems.status_of(type(error))
    return await to_thread.run_sync(lambda: _page(request, "trouble.html", status, error=error, missing=missing))


def _sign_in(request: Request, path: str, *, wrong: bool = False) -> HTMLResponse:
    values = {"here": forms.own_path(path), "guarded": visitor.is_guarded(request), "wrong": wrong}
    return _page(request, "sign_in.html", 401 if wrong else 200, **values, form=True)


def _on_to(path: str) -> RedirectResponse:
    return RedirectResponse(forms.own_path(path), 303)


def _page(request: Request, template: str, status: int = 200, *, form: bool = False, **values: Any) -> HTMLResponse:
    """`form` says that the page has one even for who has not signed in."""
    who = visitor_of(request)
    url = request.url
    about = {
        "t": languages.Texts(who.language),
        "languages": [(tag, name, f"?{_query(request, tag)}") for tag, name in languages.NAMES.items()],
        "here": forms.own_path(url.path + (f"?{url.query}" if url.query else "")),
        "ours": _organisation(request.app.state.node),
        "session": who.session,
    }
    content = _templates.get_template(template).render(about | values)
    return HTMLResponse(content, status, headers=FORMS if form or who.session is not None else None)


def _query(request: Request, language: str) -> str:
    return urlencode({**request.query_params, languages.CHOICE: language})


def _organisation(node: Node) -> str:
    """Whose node this is; by its number while the store does not tell its name."""
    with suppress(MedLedgerError):
        if ours := node.status.organisation():
            return ours.name
    return f"organisation {node.identity.organisation}"
