"""How large a request may be and how long it may take to arrive, decided before anything is parsed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import anyio
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger_node.errors import DocumentTooLarge, InputError, MedLedgerError
from registry_api import problems

LARGEST_BODY = 1 << 20  # bytes
SLOWEST_BODY = 30.0  # seconds from the first look at the body to its end


class _Refused(Exception):
    def __init__(self, error: MedLedgerError, status: int) -> None:
        super().__init__()
        self.error = error
        self.status = status


#: Of the request, whose body may not be read, the error, HTTP's status and headers.
Refuse = Callable[[Request, MedLedgerError, int, Mapping[str, str]], Awaitable[Response]]


async def _as_problem(_: Request, error: MedLedgerError, status: int, headers: Mapping[str, str]) -> Response:
    return problems.respond(error, status, headers)


class BodyLimit:
    """413 for a body beyond the cap, by its declared length or by what arrives; 408 for one that does not arrive."""

    def __init__(
        self,
        app: ASGIApp,
        largest: int = LARGEST_BODY,
        slowest: float = SLOWEST_BODY,
        larger: Mapping[str, int] | None = None,
        refuse: Refuse = _as_problem,
    ) -> None:
        """`larger` are the paths that take more than others, and how much; `refuse` makes an answer of a refusal."""
        self._app = app
        self._largest = largest
        self._slowest = slowest
        self._larger = larger or {}
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        largest = self._larger.get(scope["path"], self._largest)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and (len(declared) > 18 or int(declared) > largest):
            response = await self._answer(scope, _too_large(f"{declared[:18]} bytes", largest))
            return await response(scope, receive, send)
        arrived, deadline, started = 0, 0.0, False

        async def counted() -> Message:
            nonlocal arrived, deadline
            deadline = deadline or anyio.current_time() + self._slowest
            with anyio.move_on_at(deadline) if not started else anyio.CancelScope():
                message = await receive()
                arrived += len(message.get("body", b""))
                if arrived > largest:
                    raise _too_large(f"more than {largest} bytes", largest)
                return message
            raise _Refused(InputError("the body did not arrive in time", needed=f"{self._slowest:.0f} seconds"), 408)

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _Refused as refused:
            if started:
                raise
            response = await self._answer(scope, refused)
            await response(scope, receive, send)

    async def _answer(self, scope: Scope, refused: _Refused) -> Response:
        return await self._refuse(Request(scope), refused.error, refused.status, {"Connection": "close"})


def _too_large(got: str, largest: int) -> _Refused:
    error = DocumentTooLarge("the body is too large", got=got, needed=f"at most {largest} bytes")
    return _Refused(error, 413)
