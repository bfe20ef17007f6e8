"""Pages on record, as the API's reads are (`guard`): nothing is shown that is not kept."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response

from registry_api.explorer.visitor import visitor_of

#: In the record, whoever looks without signing in: neither a name nor an address is known or kept.
VISITOR = "visitor"
#: Forms that tell nothing of the ledger.
UNTOLD = frozenset({"/sign-in", "/verify"})


async def record(request: Request, path: str, response: Response) -> None:
    """Returns when it is on record who was shown a page, by its path. StoreUnavailable when it cannot be."""
    recording = request.app.state.node.recording
    if not recording.on or request.method != "GET" or response.status_code != 200 or path in UNTOLD:
        return
    session = visitor_of(request).session
    caller = VISITOR if session is None else session.caller.name
    subject = next((str(one) for one in request.path_params.values()), None)
    view = getattr(request.state, "view", None)
    await asyncio.wrap_future(recording.put(caller, path, subject, view and view.known_block))
