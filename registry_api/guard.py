"""What happens to every request under `/v1` before and after its handler: who asks, what was sent, how long to wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, get_type_hints

from anyio import to_thread
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from ledger_node.errors import InvalidField
from registry_api import auth, strict
from registry_api.reading import accepting_lane_of, lane_of
from registry_api.unchanged import tagged
from registry_api.waiting import preferred, settle
from registry_api.writing import Accepted

if TYPE_CHECKING:
    from ledger_node.ports import Caller

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
#: Of the scope of a call that a page of this node makes: who has signed in there. No request from outside can have it.
CALLER = "medledger.caller"
#: Writes that may wait for another than the store, for the keys of a visa's issuer: they must keep nobody waiting.
MAY_WAIT = frozenset({"send_message"})


class Guarded(APIRoute):
    """A route that looks at the key first, then at the query, then at the body, and only then calls its handler."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        noun, operation = str(self.tags[0]), self.name
        reads = auth.reads(operation)
        known = _query_of(self.dependant)
        takes_json = self.body_field is not None
        in_turn = get_type_hints(self.endpoint).get("return") is Accepted and operation not in MAY_WAIT

        async def guarded(request: Request) -> Response:
            node = request.app.state.node
            caller = request.scope.get(CALLER) or await _caller_of(request)
            auth.admit(caller, noun, operation)
            _require_known(request, known)
            request.state.caller = caller
            await _read_body(request, takes_json=takes_json)
            async with (accepting_lane_of(request) if in_turn else None) or nullcontext():
                response = await handle(request)
            if reads and node.recording.on:
                await put_on_record(request, caller.name, operation, getattr(response, "as_of_block", None))
            response = tagged(request, response)
            wait = preferred(request.headers.get("prefer", ""))
            if isinstance(response, Accepted) and wait:
                response = await settle(node, response, wait)
                response.headers["Preference-Applied"] = f"wait={wait}"
            return response

        return guarded


async def _caller_of(request: Request) -> Caller:
    """Unauthenticated, or TooManyRequests."""
    access = request.app.state.node.access
    credential = auth.credential_of(request.headers.get("authorization"))
    lane = None if access.takes_for_token(credential) else lane_of(request)
    caller: Caller = await to_thread.run_sync(access.caller, credential, limiter=lane)
    request.app.state.rates.take(caller.name)
    return caller


async def put_on_record(request: Request, caller: str, operation: str, block: int | None) -> None:
    """Returns when it is on record who read what its path names first, and as of which block if the answer speaks of
    one. StoreUnavailable when it cannot be."""
    subject = next((str(one) for one in request.path_params.values()), None)
    await asyncio.wrap_future(request.app.state.node.recording.put(caller, operation, subject, block))


def _query_of(dependant: Dependant) -> frozenset[str]:
    """The names of all query parameters, the dependencies' included."""
    names = {field.alias for field in dependant.query_params}
    return frozenset(names.union(*(_query_of(one) for one in dependant.dependencies)))


def _require_known(request: Request, known: frozenset[str]) -> None:
    """InvalidField for a query parameter that does not exist here or comes twice: neither is ever ignored."""
    names = [name for name, _ in request.query_params.multi_items()]
    if not known.issuperset(names):
        raise InvalidField(
            "the query has a parameter that is not known here",
            got=f"{len(names)} parameters",
            needed=", ".join(sorted(known)) or "no query",
            field="query",
        )
    if len(set(names)) != len(names):
        raise InvalidField("a query parameter comes twice", needed="each parameter once", field="query")


async def _read_body(request: Request, *, takes_json: bool) -> None:
    """Leaves the bytes in `request.state.content` and, for a JSON body, its value in `request.state.body`."""
    request.state.body = None
    if request.method != "POST":
        return
    request.state.content = await request.body()
    if takes_json and request.state.content:
        strict.require_json_type(request.headers)
        request.state.body = request._json = strict.parse(request.state.content)
