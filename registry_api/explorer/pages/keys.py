"""A key: whose it is, what is claimed of it, and what it wrote."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from ledger_node.domain.codes import Capability
from registry_api.explorer import facts, forms
from registry_api.explorer.acting import Answer
from registry_api.explorer.page import router
from registry_api.explorer.sending import render_form, send
from registry_api.node import NodeOf
from registry_api.reading import Window, WindowOf
from registry_api.routes.keys import KeyAddress
from registry_api.schemas.key import WrittenFact
from registry_api.showing.consortium import show_key, show_written

routes = router()
#: What may be done about a key: the last part of the API's path.
ACTS = ("report-compromise", "confirm-compromise")


@dataclass(frozen=True, slots=True)
class Written:
    facts: WrittenFact
    page: str | None


@routes.get("/keys/{address}")
def show_key_page(request: Request, node: NodeOf, window: WindowOf, address: KeyAddress) -> HTMLResponse:
    return _page(request, node, window, address, {})


@routes.post("/keys/{address}")
async def claim_compromise(request: Request, node: NodeOf, window: WindowOf, address: KeyAddress) -> Response:
    form = await forms.read_form(request)
    act = forms.act_of(form, ACTS, "to a key here")
    return await send(
        request,
        form,
        f"/v1/keys/{address}/{act}",
        lambda: {"since": forms.moment(form.get("since", ""))},
        lambda refused: _page(request, node, window, address, form, refused),
        f"/keys/{address}",
    )


def _page(
    request: Request, node: NodeOf, window: Window, address: str, typed: dict[str, str], refused: Answer | None = None
) -> HTMLResponse:
    key = node.register.get_key(address, window.block)
    cut = window.cut(lambda page: node.register.list_written(key, 0, page))
    ours = node.status.organisation()
    return render_form(
        request,
        "key.html",
        refused,
        view=window,
        key=show_key(window, key),
        written=[Written(show_written(window, key, one), facts.page_of(one)) for one in cut.found],
        next=cut.next,
        is_ours=key.organisation == node.identity.organisation,
        is_regulator=ours is not None and Capability.REGULATOR in ours.capabilities,
        typed=typed,
    )
