"""Pages on record, as the API's reads are (`guard`): nothing is shown that is not kept."""

from __future__ import annotations

from fastapi import Request, Response

from registry_api.explorer.visitor import visitor_of
from registry_api.guard import put_on_record

#: In the record, whoever looks without signing in: neither a name nor an address is known or kept.
VISITOR = "visitor"
#: Forms that tell nothing of the ledger.
UNTOLD = frozenset({"/sign-in", "/verify"})


async def record(request: Request, path: str, response: Response) -> None:
    """Returns when it is on record who was shown a page, by its path. StoreUnavailable when it cannot be."""
    on = request.app.state.node.recording.on
    if not on or request.method != "GET" or response.status_code != 200 or path in UNTOLD:
        return
    session = visitor_of(request).session
    caller = VISITOR if session is None else session.caller.name
    view = getattr(request.state, "view", None)
    await put_on_record(request, caller, path, view and view.known_block)
