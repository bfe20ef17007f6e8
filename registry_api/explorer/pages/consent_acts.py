"""Suspending, reinstating and revoking a consent: first what that would reach, then the write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from registry_api.explorer import cards, custody, effects, forms, terms_form
from registry_api.explorer.acting import Answer
from registry_api.explorer.page import router
from registry_api.explorer.sending import render_form, send
from registry_api.explorer.visitor import visitor_of
from registry_api.node import NodeOf
from registry_api.reading import Window, WindowOf
from registry_api.routes.parts import Id
from registry_api.showing.consents import show_consent

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

routes = router()

WEEK = 7 * 24 * 3600  # seconds: what a regulator's suspension lasts unless another end is typed


@routes.get("/consents/{consent}/suspend")
@routes.get("/consents/{consent}/reinstate")
@routes.get("/consents/{consent}/revoke")
def show_act(request: Request, node: NodeOf, window: WindowOf, consent: Id) -> HTMLResponse:
    return _show(request, node, window, consent, {"until": terms_form.local(window.time + WEEK)})


@routes.post("/consents/{consent}/suspend")
@routes.post("/consents/{consent}/reinstate")
@routes.post("/consents/{consent}/revoke")
async def act(request: Request, node: NodeOf, window: WindowOf, consent: Id) -> Response:
    form = await forms.read_form(request)

    def body() -> dict[str, Any]:
        until = terms_form.moment(form, "until")
        return {"reason": form.get("reason", ""), **({"until": until} if until else {})}

    def again(refused: Answer) -> Response:
        return _show(request, node, window, consent, form, refused)

    return await send(request, form, f"/v1/consents/{consent}/{_act_of(request)}", body, again, f"/consents/{consent}")


def _act_of(request: Request) -> str:
    return request.url.path.rpartition("/")[2]


def _show(
    request: Request, node: Node, window: Window, consent: str, values: dict[str, str], refused: Answer | None = None
) -> HTMLResponse:
    found = node.catalogue.get_consent(consent, window.block)
    dataset = node.catalogue.get_dataset(found.terms.dataset, window.block)
    uses = node.catalogue.list_consent_uses(consent, window.block)
    session, act = visitor_of(request).session, _act_of(request)
    caller = None if session is None else session.caller
    return render_form(
        request,
        "consent_act.html",
        refused,
        act=act,
        one=show_consent(window, found),
        name=cards.title_of(node, dataset.card_digest),
        is_ours=found.grantor == node.identity.organisation,
        is_free=act in custody.permitted(node, caller, found),
        makes_sense=act in custody.offered(node, caller, found),
        forward=[] if found.revocation() else custody.FORWARD,
        backward=custody.BACKWARD,
        runs=custody.open_runs(window, uses),
        derived=custody.derived(uses),
        reached=effects.reached(window, node.lineages.impact_of_consent(consent, window.block)),
        values=values,
    )
