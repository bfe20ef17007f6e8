"""Signing in and out."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Request, Response
from starlette.responses import HTMLResponse

from ledger_node.errors import FormRefused, Unauthenticated
from registry_api.explorer import forms, visitor
from registry_api.explorer.page import on_to, render, router
from registry_api.explorer.visitor import visitor_of
from registry_api.node import NodeOf
from registry_api.reading import lane_of

routes = router()


@routes.get("/sign-in")
def show_sign_in(request: Request) -> Response:
    path = request.query_params.get("next", "/")
    return _sign_in(request, path) if visitor_of(request).session is None else on_to(path)


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
    response = on_to(form.get("next", "/"))
    visitor.sign_in(request, response, token)
    return response


@routes.post("/sign-out")
async def sign_out(request: Request, node: NodeOf) -> Response:
    forms.require_session(request, await forms.read_form(request))
    await to_thread.run_sync(node.sessions.end, visitor.token_of(request), limiter=lane_of(request))
    response = on_to("/")
    visitor.sign_out(request, response)
    return response


def _sign_in(request: Request, path: str, *, wrong: bool = False) -> HTMLResponse:
    values = {"here": forms.own_path(path), "guarded": visitor.is_guarded(request), "wrong": wrong}
    return render(request, "sign_in.html", 401 if wrong else 200, **values)
