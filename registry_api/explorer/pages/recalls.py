"""Recalls: which stand, what they say, who has read them; and the forms that issue, acknowledge and lift them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from ledger_node.domain.codes import Capability, Lifecycle
from ledger_node.ports import Page
from registry_api.explorer import forms, recalling
from registry_api.explorer.acting import Answer
from registry_api.explorer.cards import parsed, said
from registry_api.explorer.page import newest_first, render, router
from registry_api.explorer.sending import render_form, send
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf
from registry_api.routes.filters import WhichStand
from registry_api.routes.parts import ById, Id, OfOrganisation
from registry_api.schemas.model import ModelVersionFacts
from registry_api.selecting import SelectionOf
from registry_api.showing.models import show_model_version, show_model_versions, show_recall

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

routes = router()
#: What may be done about a recall: the last part of the API's path.
ACTS = ("acknowledge", "lift")
MOST_OFFERED = 200  # versions to choose a replacement from
NOTICE = ("title", "reason", "advice")  # the texts of a notice that a form makes


@routes.get("/recalls")
def list_recalls(
    request: Request,
    node: NodeOf,
    window: SelectionOf,
    version: ById = None,
    issuer: OfOrganisation = None,
    stands: WhichStand = "true",
) -> HTMLResponse:
    newest_first(request, window)
    cut = window.cut(
        node.catalogue.list_recalls, lambda one: one.stands == (stands == "true"), version=version, issuer=issuer
    )
    found = recalling.listed(window, cut.found)
    return render(request, "recalls.html", view=window, found=found, next=cut.next, stands=stands)


@routes.get("/recalls/{recall}")
def show_one(request: Request, node: NodeOf, view: ViewOf, recall: Id) -> HTMLResponse:
    return _recall(request, node, view, recall)


@routes.post("/recalls/{recall}")
async def act_on_recall(request: Request, node: NodeOf, view: ViewOf, recall: Id) -> Response:
    form = await forms.read_form(request)
    act = forms.act_of(form, ACTS, "to a recall")
    return await send(
        request,
        form,
        f"/v1/recalls/{recall}/{act}",
        dict,
        lambda refused: _recall(request, node, view, recall, refused),
        f"/recalls/{recall}",
    )


@routes.get("/versions/{version}/recall")
def show_new_recall(request: Request, node: NodeOf, view: ViewOf, version: Id) -> HTMLResponse:
    return _new_recall(request, node, view, version, {})


@routes.post("/versions/{version}/recall")
async def issue_recall(request: Request, node: NodeOf, view: ViewOf, version: Id) -> Response:
    form = await forms.read_form(request)

    def body() -> dict[str, Any]:
        notice = {name: text for name in NOTICE if (text := said(form, f"notice.{name}"))}
        replacement = said(form, "replacement") or None
        return {"version": version, "severity": said(form, "severity"), "notice": notice, "replacement": replacement}

    return await send(
        request,
        form,
        "/v1/recalls",
        body,
        lambda refused: _new_recall(request, node, view, version, form, refused),
        "/recalls/{subject}",
    )


def _recall(request: Request, node: Node, view: View, recall: str, refused: Answer | None = None) -> HTMLResponse:
    found = show_recall(view, node.catalogue.get_recall(recall, view.block))
    ours = node.identity.organisation
    return render_form(
        request,
        "recall.html",
        refused,
        view=view,
        recall=found,
        subject=_version(node, view, found.version),
        affected=recalling.affected(view, found.version),
        readers=recalling.readers(view, found),
        notice=parsed(node, found.notice_digest),
        is_ours=found.issuer.number == ours,
        has_read=any(one.organisation.number == ours for one in found.acknowledgements),
    )


def _new_recall(
    request: Request, node: Node, view: View, version: str, typed: dict[str, str], refused: Answer | None = None
) -> HTMLResponse:
    subject, ours = _version(node, view, version), node.status.organisation()
    is_publisher = subject.publisher.number == node.identity.organisation
    standing = [one for one in node.catalogue.list_recalls_of(version, view.block) if one.stands]
    return render_form(
        request,
        "recall_new.html",
        refused,
        view=view,
        subject=subject,
        standing=recalling.listed(view, standing),
        affected=recalling.affected(view, version),
        is_publisher=is_publisher,
        may_recall=is_publisher or (ours is not None and Capability.REGULATOR in ours.capabilities),
        replacements=_replacements(node, view, subject.model, version) if is_publisher else [],
        typed=typed,
    )


def _version(node: Node, view: View, version: str) -> ModelVersionFacts:
    return show_model_version(view, node.catalogue.get_model_version(version, view.block), [])


def _replacements(node: Node, view: View, model: str, version: str) -> list[ModelVersionFacts]:
    """The newest versions of the model in good standing."""
    page = Page(view.block, MOST_OFFERED, where={"model": model}, newest=True)
    found = node.catalogue.list_model_versions(page)
    good = [one for one in found if one.id != version and not one.recalls and one.lifecycle is not Lifecycle.WITHDRAWN]
    return show_model_versions(view, good)
