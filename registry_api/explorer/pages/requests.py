"""Requests for a consent: what is wanted, what both sides say about it, and how it was answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from ledger_node.domain import request as domain
from ledger_node.domain.codes import Capability, Purpose, RequestState
from ledger_node.ports import Page
from registry_api.explorer import cards, forms, terms_form
from registry_api.explorer.acting import Answer
from registry_api.explorer.choosing import members
from registry_api.explorer.page import newest_first, render, router
from registry_api.explorer.pages.consents import names
from registry_api.explorer.sending import render_form, send
from registry_api.explorer.text import short
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf
from registry_api.routes import requests as api
from registry_api.routes.filters import ByPurpose, InRequestState, WithWords
from registry_api.routes.parts import ById, Id, OfOrganisation
from registry_api.selecting import SelectionOf
from registry_api.showing.requests import show_requests

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

routes = router()
MOST_OFFERED = 200  # datasets to ask for
OPEN = (RequestState.OPEN.name, RequestState.ASKED_BACK.name)


def _message(form: dict[str, str]) -> dict[str, Any]:
    answers = cards.said(form, "inReplyTo")
    return {
        "text": cards.said(form, "text"),
        "inReplyTo": int(answers) if answers.isascii() and answers.isdecimal() and len(answers) < 10 else None,
        "visas": cards.lines(form, "visas"),
    }


#: What may be done about a request: the last part of the API's path, and its body.
ACTS: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
    "messages": _message,
    "decline": lambda form: {"reason": cards.said(form, "reason")},
}


@routes.get("/requests")
def list_requests(
    request: Request,
    node: NodeOf,
    window: SelectionOf,
    dataset: ById = None,
    requester: OfOrganisation = None,
    custodian: OfOrganisation = None,
    purpose: ByPurpose = None,
    state: InRequestState = None,
    text: WithWords = None,
) -> HTMLResponse:
    @cache
    def holder(of: str) -> int:
        return node.catalogue.get_dataset(of, window.block).custodian

    def holds(one: domain.Request) -> bool:
        return state in (None, one.state.name) and custodian in (None, holder(one.wanted.dataset))

    newest_first(request, window)
    window.search(text, "request")
    where = {"dataset": dataset, "requester": requester, "purposes": purpose and Purpose[purpose]}
    cut = window.cut(node.catalogue.list_requests, holds, **where)
    shown = show_requests(window, cut.found)
    return render(
        request,
        "requests.html",
        found=shown,
        next=cut.next,
        stamp=window.stamp,
        titles={one.id: cards.title_of(node, one.card_digest) for one in shown},
        names=names(node, window, {one.dataset for one in shown}),
        hospitals=members(window, Capability.CUSTODIAN),
        requesters=members(window, Capability.PUBLISHER | Capability.CUSTODIAN),
    )


@routes.get("/requests/new")
def show_new_request(request: Request, node: NodeOf, view: ViewOf, dataset: ById = None) -> HTMLResponse:
    return _new_request(request, node, view, terms_form.new(view.time, dataset or ""))


@routes.post("/requests/new")
async def make_request(request: Request, node: NodeOf, view: ViewOf) -> Response:
    form = await forms.read_form(request)
    return await send(
        request,
        form,
        "/v1/requests",
        lambda: {**terms_form.wanted_of(form), "card": cards.project_card(form)},
        lambda answer: _new_request(request, node, view, form, answer),
        "/requests/{subject}",
    )


@routes.get("/requests/{of}")
def show_one(request: Request, node: NodeOf, view: ViewOf, of: Id) -> HTMLResponse:
    return _request(request, node, view, of)


@routes.post("/requests/{of}")
async def act_on_request(request: Request, node: NodeOf, view: ViewOf, of: Id) -> Response:
    form = await forms.read_form(request)
    act = forms.act_of(form, ACTS, "about a request here")
    return await send(
        request,
        form,
        f"/v1/requests/{of}/{act}",
        lambda: ACTS[act](form),
        lambda answer: _request(request, node, view, of, form, answer),
        f"/requests/{of}",
    )


def _new_request(
    request: Request, node: Node, view: View, form: dict[str, str], refused: Answer | None = None
) -> HTMLResponse:
    listed = node.catalogue.list_datasets(Page(view.block, MOST_OFFERED, newest=True))
    others = [one for one in listed if one.custodian != node.identity.organisation]
    view.look_up(*(one.custodian for one in others))
    offered = [
        (one.id, f"{view.organisation(one.custodian).name}: {cards.title_of(node, one.card_digest) or short(one.id)}")
        for one in others
    ]
    asked = form.get("dataset", "")
    if asked and asked not in dict(offered):
        offered.append((asked, asked))
    return render_form(
        request,
        "request_new.html",
        refused,
        values=form,
        datasets=sorted(offered, key=lambda one: one[1].casefold()),
        bounded=any(name.startswith("regions.") for name in form),
    )


def _request(
    request: Request, node: Node, view: View, of: str, form: dict[str, str] | None = None, refused: Answer | None = None
) -> HTMLResponse:
    view.time  # noqa: B018  # the moment ends with the history, which reads documents
    one = api.get_request(node, view, of)
    ours = node.identity.organisation
    others = [message.number for message in one.messages if message.sender.number != ours]
    return render_form(
        request,
        "request.html",
        refused,
        one=one,
        view=view,
        is_open=one.state in OPEN,
        is_requester=one.requester.number == ours,
        is_custodian=one.custodian.number == ours,
        project=cards.at_hand(node, one.card_digest),
        names=names(node, view, {one.dataset}),
        values={"inReplyTo": str(max(others, default=""))} if form is None else form,
    )
