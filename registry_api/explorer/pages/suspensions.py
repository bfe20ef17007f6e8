"""The emergency suspension of an organisation, by a regulator: what it does is said before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from ledger_node.domain.codes import Capability
from ledger_node.domain.organisation import LONGEST_EMERGENCY
from registry_api.explorer import forms, members
from registry_api.explorer.acting import Answer
from registry_api.explorer.cards import said
from registry_api.explorer.page import router
from registry_api.explorer.sending import render_form, send
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf
from registry_api.routes.parts import Number
from registry_api.schemas.base import rfc3339
from registry_api.showing.consortium import show_organisation

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

routes = router()


@routes.get("/organisations/{number}/suspend")
def show_suspension(request: Request, node: NodeOf, view: ViewOf, number: Number) -> HTMLResponse:
    return _page(request, node, view, number, {})


@routes.post("/organisations/{number}/suspend")
async def suspend(request: Request, node: NodeOf, view: ViewOf, number: Number) -> Response:
    form = await forms.read_form(request)
    return await send(
        request,
        form,
        f"/v1/organisations/{number}/suspend-in-emergency",
        lambda: {"reason": said(form, "reason"), "until": forms.moment(said(form, "until"))},
        lambda refused: _page(request, node, view, number, form, refused),
        f"/organisations/{number}",
    )


def _page(
    request: Request, node: Node, view: View, number: int, typed: dict[str, str], refused: Answer | None = None
) -> HTMLResponse:
    ours = node.status.organisation()
    return render_form(
        request,
        "suspend.html",
        refused,
        view=view,
        one=show_organisation(view, node.register.get_organisation(number, view.block)),
        holdings=members.holdings(node, view, number),
        is_regulator=ours is not None and Capability.REGULATOR in ours.capabilities and ours.number != number,
        latest=rfc3339(view.time + LONGEST_EMERGENCY),
        typed=typed,
    )
