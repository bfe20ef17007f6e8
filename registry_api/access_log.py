"""One line and one measurement for each request: method, route, status, duration. Never a path, a query, a body or a
header's value.
"""

from __future__ import annotations

import logging
import time
import traceback

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry_api import problems

log = logging.getLogger("registry_api.access")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


class AccessLog:
    """Also the last catch: a fault becomes an ML-0000 problem, and the log gets its type and place, not its text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            log.error("fault %s at %s", type(error).__name__, _place(error))
            if status:
                raise _Interrupted from None
            await problems.unexpected()(scope, receive, noted)
        finally:
            _record(scope, status, time.perf_counter() - started)


class _Interrupted(Exception):
    """A fault after the answer had begun; the server closes the connection."""


def _record(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = getattr(scope.get("route"), "path_format", "-")
    scope["app"].state.node.meter.request(method, route, status, seconds)
    milliseconds = round(seconds * 1000, 1)
    log.info(
        "%s %s %d %.1f ms",
        method,
        route,
        status,
        milliseconds,
        extra={"method": method, "route": route, "status": status, "duration_ms": milliseconds},
    )


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
