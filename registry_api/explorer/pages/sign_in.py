"""Signing in and out: with an API key, or at the identity provider."""

from __future__ import annotations

import secrets

from anyio import to_thread
from fastapi import Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from ledger_node.errors import FormRefused, MedLedgerError, NotFound, ProviderUnreachable, RoleMissing, Unauthenticated
from registry_api import problems
from registry_api.explorer import forms, visitor
from registry_api.explorer.page import on_to, render, router
from registry_api.explorer.visitor import visitor_of
from registry_api.node import NodeOf
from registry_api.reading import lane_of

routes = router()
BACK = "/sign-in/callback"
LONGEST_PATH = 1000  # characters that a browser keeps on its way to the provider and back


@routes.get("/sign-in")
def show_sign_in(request: Request) -> Response:
    path = request.query_params.get("next", "/")
    return _sign_in(request, path) if visitor_of(request).session is None else on_to(path)


@routes.post("/sign-in")
async def sign_in(request: Request, node: NodeOf) -> Response:
    form = await forms.read_form(request)
    _require_guarded(request)
    _count_try(request)
    try:
        token = await to_thread.run_sync(node.sessions.begin, form.get("key", "").strip(), limiter=lane_of(request))
    except Unauthenticated as error:
        wrong = error
        return await to_thread.run_sync(lambda: _sign_in(request, form.get("next", "/"), wrong, "key"))
    response = on_to(form.get("next", "/"))
    visitor.sign_in(request, response, token)
    return response


@routes.get("/sign-in/provider")
def go_to_provider(request: Request, node: NodeOf) -> Response:
    """Nothing of it is kept here: what must be known on the way back is in the browser's cookie."""
    _require_guarded(request)
    path = forms.own_path(request.query_params.get("next", "/"))
    if node.sessions.people is None:
        raise NotFound("no identity provider signs people in here", needed="an API key")
    secret = secrets.token_urlsafe(32)
    try:
        response = RedirectResponse(node.sessions.people.way(secret, _back(request)), 303)
    except ProviderUnreachable as error:
        return _sign_in(request, path, error, "away")
    visitor.set_out(request, response, secret, path if len(path) <= LONGEST_PATH else "/")
    return response


@routes.get(BACK)
def come_back(request: Request, node: NodeOf) -> Response:
    _require_guarded(request)
    _count_try(request)
    secret, path = visitor.taken_along(request)
    response: Response
    try:
        token = node.sessions.welcome(secret, _back(request), dict(request.query_params))
    except RoleMissing as error:
        response = _sign_in(request, path, error, "role")
    except Unauthenticated as error:
        response = _sign_in(request, path, error, "provider")
    except ProviderUnreachable as error:
        response = _sign_in(request, path, error, "away")
    else:
        response = on_to(path)
        visitor.sign_in(request, response, token)
    visitor.returned(request, response)
    return response


@routes.get("/sign-out")
def show_signed_out() -> Response:
    """Where a page leads to that refused to sign out: who signed out meanwhile signs in, others go on."""
    return on_to("/sign-in?next=/")


@routes.post("/sign-out")
async def sign_out(request: Request, node: NodeOf) -> Response:
    form = await forms.read_form(request)
    if visitor_of(request).session is None:  # it has ended by itself
        return on_to("/")
    forms.require_session(request, form)
    await to_thread.run_sync(node.sessions.end, visitor.token_of(request), limiter=lane_of(request))
    response = on_to("/")
    visitor.sign_out(request, response)
    return response


def _require_guarded(request: Request) -> None:
    """FormRefused where others may read along."""
    if not visitor.is_guarded(request):
        raise FormRefused("signing in needs TLS", needed="https, or this machine's own address")


def _count_try(request: Request) -> None:
    """TooManyRequests for an address that tries too often."""
    request.app.state.tries.take(request.client.host if request.client else "")


def _back(request: Request) -> str:
    """Where the provider sends the browser back to, which it compares with what it has been told of this node."""
    return f"{request.url.scheme}://{request.url.netloc}{BACK}"


def _sign_in(request: Request, path: str, error: MedLedgerError | None = None, wrong: str = "") -> HTMLResponse:
    people = request.app.state.node.sessions.people
    values = {"here": forms.own_path(path), "guarded": visitor.is_guarded(request), "error": error, "wrong": wrong}
    status = problems.status_of(type(error)) if error else 200
    return render(request, "sign_in.html", status, people=people, **values)
