"""Security headers on every answer."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
#: Pages run the node's own scripts, speak to it alone, and send their forms to it. They say where a form comes from:
#: without a referrer, `Origin` would be `null`.
PAGES = {
    "Content-Security-Policy": POLICY.replace(
        "form-action 'none'", "form-action 'self'; script-src 'self'; connect-src 'self'"
    ),
    "Referrer-Policy": "same-origin",
}
#: The explorer's own files say nothing of the ledger; a browser may keep them and ask whether they changed.
STATIC = {"Cache-Control": "no-cache"}


class SecurityHeaders:
    """Sets what the answer has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = HEADERS | STATIC if scope["type"] == "http" and scope["path"].startswith("/static/") else HEADERS

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in own.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)
