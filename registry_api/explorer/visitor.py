"""Who looks at a page: in which language, and signed in or not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, unquote

from anyio import to_thread
from fastapi import Request, Response

from ledger_node.errors import Unauthenticated
from ledger_node.ports import Caller
from ledger_node.services.sessions import Session
from registry_api import auth
from registry_api.explorer import languages
from registry_api.reading import lane_of

LOOPBACK = ("127.0.0.1", "localhost", "::1")
YEAR = 365 * 24 * 3600  # seconds
AWAY = 600  # seconds that signing in at the identity provider may take


@dataclass(frozen=True, slots=True)
class Visitor:
    """`session` is None for who has not signed in, or no longer is."""

    language: str
    session: Session | None = None


def visitor_of(request: Request) -> Visitor:
    """A stranger, until `meet` knows more."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    return known or Visitor(languages.language_of(request))


async def meet(request: Request) -> None:
    """Asks whether the session of the request's cookie still holds. What a page fetches by itself, a picture too, does
    not make it last longer. TooManyRequests when its key asks too often, or the address of who has not signed in."""
    token, session = token_of(request), None
    if token and is_guarded(request):
        sessions = request.app.state.node.sessions
        looked_at = request.headers.get("sec-fetch-dest", "document") == "document"
        session = await to_thread.run_sync(partial(sessions.read, token, noted=looked_at), limiter=lane_of(request))
        request.state.visitor = Visitor(languages.language_of(request), session)
    stranger = f"visitor at {request.client.host if request.client else ''}"
    request.app.state.rates.take(stranger if session is None else session.caller.name)


def require(request: Request, noun: str, operation: str) -> Caller:
    """Who has signed in and may do this. Unauthenticated, on which the page of a GET is that of signing in; RoleMissing
    or OutOfReach."""
    session = visitor_of(request).session
    if session is None:
        raise Unauthenticated("nobody is signed in", needed="to sign in")
    auth.admit(session.caller, noun, operation)
    return session.caller


def is_guarded(request: Request) -> bool:
    """Whether nobody between can read a key or a cookie: over TLS, or on this machine."""
    return request.url.scheme == "https" or request.url.hostname in LOOPBACK


def sign_in(request: Request, response: Response, token: str) -> None:
    _set(request, response, _cookie(request), token)


def set_out(request: Request, response: Response, secret: str, path: str) -> None:
    """The browser goes to the identity provider, and from there on to the path. What it takes along is short-lived."""
    _set(request, response, _way_cookie(request), f"{secret}.{quote(path, safe='')}", AWAY)


def returned(request: Request, response: Response) -> None:
    """It is back, or has not got far: what it took along serves once."""
    _set(request, response, _way_cookie(request), "", 0)


def taken_along(request: Request) -> tuple[str, str]:
    """The browser's secret, empty when it has none, and the path."""
    secret, _, path = request.cookies.get(_way_cookie(request), "").partition(".")
    return secret, unquote(path)


def token_of(request: Request) -> str:
    """Empty when there is none."""
    return request.cookies.get(_cookie(request), "")


def sign_out(request: Request, response: Response) -> None:
    _set(request, response, _cookie(request), "", 0)


def remember(request: Request, response: Response) -> None:
    """The language asked for."""
    language = languages.chosen(request)
    if language is not None:
        _set(request, response, languages.CHOICE, language, YEAR)


def _cookie(request: Request) -> str:
    """`__Host-` needs `Secure`, which not every browser takes over HTTP on this machine (docs/adr/0030). There, the
    nodes of several organisations may share a name: their ports tell them apart."""
    if request.url.scheme == "https":
        return "__Host-medledger"
    return f"medledger-{request.url.port or 80}"


def _way_cookie(request: Request) -> str:
    return f"{_cookie(request)}-way"


def _set(request: Request, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Until the browser is closed when `seconds` is None."""
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, seconds, path="/", secure=secure, httponly=True, samesite="lax")
