"""What the consortium votes on: proposals in words with their votes; forms to open one, vote and carry it out."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import Query, Request, Response
from starlette.responses import HTMLResponse

from ledger_node.domain.codes import ProposalKind, StateReason
from ledger_node.errors import InputError, MedLedgerError
from ledger_node.ports import Page
from registry_api.explorer import acting, ballots, forms, members, opening, visitor
from registry_api.explorer.acting import Answer
from registry_api.explorer.page import newest_first, render, router
from registry_api.explorer.sending import render_form, send, show_again
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf
from registry_api.routes import proposals as api
from registry_api.routes.filters import InProposalState
from registry_api.routes.parts import Number
from registry_api.schemas.base import NameOf
from registry_api.selecting import SelectionOf
from registry_api.showing.consortium import show_proposal

routes = router()
Kind = Annotated[Annotated[str, NameOf(ProposalKind)] | None, Query()]
STATES = ("OPEN", "PASSED", "EXECUTED", "LAPSED")
MOST_OFFERED = 1_000  # organisations to choose from
#: What may be done about a proposal: the API's path below it, and the body.
ACTS: dict[str, tuple[str, dict[str, bool]]] = {
    "favour": ("votes", {"inFavour": True}),
    "against": ("votes", {"inFavour": False}),
    "execute": ("execution", {}),
}


@routes.get("/proposals")
def list_proposals(request: Request, node: NodeOf, window: SelectionOf, state: InProposalState = None) -> HTMLResponse:
    newest_first(request, window)
    found = api.list_proposals(node, window, state)
    return render(request, "proposals.html", ballots=ballots, found=found, states=STATES, state=state)


@routes.get("/proposals/new")
def show_new_proposal(request: Request, node: NodeOf, view: ViewOf, kind: Kind = None) -> HTMLResponse:
    """Without a kind, the kinds. What else the query says is filled in already: `?kind=REVOKE_CONSENT&consent=0x…`."""
    return _form(request, node, view, kind, dict(request.query_params))


@routes.post("/proposals/new")
async def open_proposal(request: Request, node: NodeOf, view: ViewOf) -> Response:
    form = await forms.read_form(request)
    kind = form.get("kind", "")
    if kind not in opening.FIELDS:
        raise InputError("this is no kind of proposal", needed=" or ".join(opening.FIELDS))

    def again(refused: Answer) -> Response:
        return _form(request, node, view, kind, form, refused)

    if form.get("step") == "open":
        return await send(request, form, "/v1/proposals", lambda: opening.body_of(kind, form), again, "/consortium")
    if refused := acting.refusal(request, form):
        return await show_again(request, form, again, refused)
    visitor.require(request, "proposals", "open_proposal")
    return await to_thread.run_sync(lambda: _preview(request, node, view, kind, form))


@routes.get("/proposals/{number}")
def show_proposal_page(request: Request, node: NodeOf, view: ViewOf, number: Number) -> HTMLResponse:
    return _page(request, node, view, number)


@routes.post("/proposals/{number}")
async def act_on_proposal(request: Request, node: NodeOf, view: ViewOf, number: Number) -> Response:
    form = await forms.read_form(request)
    path, body = ACTS[forms.act_of(form, ACTS, "about a proposal here")]
    return await send(
        request,
        form,
        f"/v1/proposals/{number}/{path}",
        lambda: dict(body),
        lambda refused: _page(request, node, view, number, refused),
        f"/proposals/{number}",
    )


def _page(request: Request, node: NodeOf, view: View, number: int, refused: Answer | None = None) -> HTMLResponse:
    found = node.register.get_proposal(number, view.block)
    ours = node.status.organisation()
    return render_form(
        request,
        "proposal.html",
        refused,
        view=view,
        ballots=ballots,
        one=show_proposal(view, found),
        cast_at=members.cast_at(node, view, found),
        ours_=ours and found.votes.get(ours.number),
        is_late=ours is None or ours.at > found.at,
    )


def _preview(request: Request, node: NodeOf, view: View, kind: str, form: dict[str, str]) -> HTMLResponse:
    """What the proposal would do, in words; the form again when that cannot be said, or is to be changed."""
    if form.get("step") == "change":
        return _form(request, node, view, kind, form)
    try:
        about = opening.about(view, opening.body_of(kind, form))
    except MedLedgerError as error:
        return _form(request, node, view, kind, form, Answer.of(error))
    return render(
        request,
        "proposal_preview.html",
        ballots=ballots,
        kind=kind,
        about=about,
        typed={name: text for name, text in forms.typed(form).items() if name != "step"},
        rules=members.rules(node, view),
    )


def _form(
    request: Request,
    node: NodeOf,
    view: View,
    kind: str | None,
    typed: dict[str, str],
    refused: Answer | None = None,
) -> HTMLResponse:
    if refused is not None:  # the kind is a part of the path to a field of a union
        refused.body["field"] = str(refused.body.get("field", "")).replace(f"body.{kind}.", "body.")
    found = node.register.list_organisations(Page(view.block, MOST_OFFERED))
    return render_form(
        request,
        "proposal_new.html",
        refused,
        kind=kind,
        kinds=list(opening.FIELDS),
        fields=opening.FIELDS.get(kind or "", ()),
        organisations=[(str(one.number), one.name) for one in found],
        reasons=list(StateReason.__members__),
        typed=typed,
    )
