"""The application: routes, errors, and what stands around every request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from ledger_node import __version__
from ledger_node.errors import InputError, MedLedgerError, NotFound
from registry_api import openapi, problems
from registry_api.access_log import AccessLog
from registry_api.broadcast import MOST_SUBSCRIBERS, Broadcast
from registry_api.event_stream import written
from registry_api.explorer import pages
from registry_api.explorer.page import lost
from registry_api.headers import SecurityHeaders
from registry_api.limits import BodyLimit
from registry_api.rates import Rates
from registry_api.routes import (
    blobs,
    cards,
    checkpoints,
    consents,
    consortium,
    datasets,
    events,
    health,
    keys,
    models,
    nodes,
    organisations,
    proposals,
    reads,
    recalls,
    requests,
    rounds,
    runs,
    streams,
    submissions,
    versions,
    webhooks,
)
from registry_api.validation import on_invalid
from registry_api.verifying import AT_ONCE

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

NOUNS = (
    consortium,
    organisations,
    keys,
    proposals,
    datasets,
    requests,
    consents,
    models,
    versions,
    recalls,
    runs,
    rounds,
    streams,
    events,
    webhooks,
    submissions,
    checkpoints,
    blobs,
    cards,
    reads,
    nodes,
    health,
    *pages.SUBJECTS,
)

#: What a page of another origin may send and see. No cookies: a key is in a header, which no browser adds by itself.
CROSS_ORIGIN: dict[str, Any] = {
    "allow_methods": ("GET", "POST", "PUT", "DELETE"),
    "allow_headers": ("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID", "Prefer"),
    "expose_headers": ("ETag", "Location", "Preference-Applied", "Retry-After"),
}

#: To sign in, from one address: a second in the long run, and at once.
SIGN_IN_TRIES = (0.2, 10)


def create_app(
    node: Node, *, rates: Rates | None = None, origins: Sequence[str] = (), streams: int = MOST_SUBSCRIBERS
) -> FastAPI:
    """The node's HTTP application. Nothing of the node is touched before the first request. Pages of `origins` may call
    it from a browser. One key has at most `streams` of events at once."""
    app = FastAPI(
        title=openapi.TITLE,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.node = node
    app.state.lane = CapacityLimiter(1)
    app.state.accepting_lane = CapacityLimiter(1)
    app.state.verifying = CapacityLimiter(AT_ONCE)
    app.state.rates = rates or Rates()
    app.state.tries = Rates(*SIGN_IN_TRIES)
    app.state.broadcast = Broadcast(written, of_one=streams)
    app.state.routes = [route for noun in NOUNS for route in noun.routes.routes]
    for noun in NOUNS:
        app.include_router(noun.routes)
    pages.mount(app)
    app.add_exception_handler(MedLedgerError, problems.on_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_middleware(BodyLimit, larger=pages.LARGER, refuse=refuse)
    app.add_middleware(AccessLog)
    if origins:
        app.add_middleware(CORSMiddleware, allow_origins=origins, **CROSS_ORIGIN)
    app.add_middleware(SecurityHeaders)
    app.openapi = lambda: _once(app)  # type: ignore[method-assign]  # FastAPI's documented hook
    return app


def _once(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = openapi.build(app)
    return app.openapi_schema


async def on_http(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: no such path, no such method."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await refuse(request, NotFound("no such path", needed="a path of /openapi.json"))
    if error.status_code == 405:
        allowed = ", ".join(sorted(_methods_at(request) or {"GET", "HEAD"}))
        refused = InputError("the path does not take this method", needed=allowed)
        return await refuse(request, refused, 405, {"Allow": allowed})
    return problems.respond(InputError("the request cannot be read", needed="a request as /openapi.json says"), 400)


async def refuse(
    request: Request, error: MedLedgerError, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """What reaches no route, as a page to who reads pages."""
    if "text/html" not in request.headers.get("accept", "") or request.url.path.startswith("/v1/"):
        return problems.respond(error, status, headers)
    page = await lost(request, error, status)
    page.headers.update(headers or {})
    return page


def _methods_at(request: Request) -> set[str]:
    """All methods of the path, whichever routes serve them."""
    found: set[str] = set()
    for route in request.app.state.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            found |= route.methods or set()
    return found
