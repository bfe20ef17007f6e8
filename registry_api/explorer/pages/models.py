"""Models: who published them, what their cards say, their versions; and the forms that add to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from ledger_node.domain.codes import Capability
from ledger_node.ports import Page
from registry_api.explorer import cards, forms
from registry_api.explorer.acting import Answer
from registry_api.explorer.choosing import members
from registry_api.explorer.page import newest_first, render, router
from registry_api.explorer.sending import render_form, send
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf
from registry_api.routes import models as api
from registry_api.routes.filters import WithWords
from registry_api.routes.parts import Id, OfOrganisation
from registry_api.selecting import SelectionOf
from registry_api.showing.models import show_run

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

routes = router()
MOST_OFFERED = 200  # runs to choose from
#: How a version is added: the form's page, and the API's path below the model.
WAYS = {"publish": "versions", "import": "imports"}


@routes.get("/models")
def list_models(
    request: Request, node: NodeOf, window: SelectionOf, publisher: OfOrganisation = None, text: WithWords = None
) -> HTMLResponse:
    newest_first(request, window)
    found = api.list_models(node, window, publisher, text)
    return render(
        request,
        "models.html",
        found=found,
        titles={one.id: cards.title_of(node, one.card_digest) for one in found.items},
        latest=node.index.latest_numbers([one.id for one in found.items], window.block),
        publishers=members(window, Capability.PUBLISHER),
    )


@routes.get("/models/new")
def show_new_model(request: Request) -> HTMLResponse:
    return _new_model(request)


@routes.post("/models/new")
async def register_model(request: Request) -> Response:
    form = await forms.read_form(request)
    return await send(
        request,
        form,
        "/v1/models",
        lambda: {"card": cards.model_card(form)},
        lambda answer: _new_model(request, form, answer),
        "/models/{subject}",
    )


@routes.get("/models/{model}")
def show_model(request: Request, node: NodeOf, view: ViewOf, model: Id) -> HTMLResponse:
    return render(request, "model.html", **_about(node, view, model))


@routes.get("/models/{model}/publish")
def show_publish(request: Request, node: NodeOf, view: ViewOf, model: Id) -> HTMLResponse:
    return _new_version(request, node, view, model, "publish")


@routes.get("/models/{model}/import")
def show_import(request: Request, node: NodeOf, view: ViewOf, model: Id) -> HTMLResponse:
    return _new_version(request, node, view, model, "import")


@routes.post("/models/{model}/publish")
async def publish_version(request: Request, node: NodeOf, view: ViewOf, model: Id) -> Response:
    return await _add_version(request, node, view, model, "publish")


@routes.post("/models/{model}/import")
async def import_version(request: Request, node: NodeOf, view: ViewOf, model: Id) -> Response:
    return await _add_version(request, node, view, model, "import")


async def _add_version(request: Request, node: Node, view: View, model: str, way: str) -> Response:
    form = await forms.read_form(request)

    def body() -> dict[str, Any]:
        made_by = {"run": cards.said(form, "run")} if way == "publish" else {}
        artifact, parents = cards.said(form, "artifactDigest"), cards.lines(form, "parents")
        return {**made_by, "artifactDigest": artifact, "parents": parents, "card": cards.model_card(form)}

    return await send(
        request,
        form,
        f"/v1/models/{model}/{WAYS[way]}",
        body,
        lambda answer: _new_version(request, node, view, model, way, form, answer),
        "/versions/{subject}",
    )


def _new_model(request: Request, form: dict[str, str] | None = None, refused: Answer | None = None) -> HTMLResponse:
    return render_form(request, "model_new.html", refused, values=form or {})


def _new_version(
    request: Request,
    node: Node,
    view: View,
    model: str,
    way: str,
    form: dict[str, str] | None = None,
    refused: Answer | None = None,
) -> HTMLResponse:
    """The form begins with what the model's card says."""
    about = _about(node, view, model)
    ours = {"publisher": node.identity.organisation, "model": model}
    runs = node.catalogue.list_runs(Page(view.block, MOST_OFFERED, where=ours, newest=True))
    return render_form(
        request,
        "version_new.html",
        refused,
        way=way,
        ready=[show_run(view, one) for one in runs if one.is_ready],
        values=cards.fields_of(about["card"]) if form is None else form,
        **about,
    )


def _about(node: Node, view: View, model: str) -> dict[str, Any]:
    one = api.get_model(node, view, model)
    card = cards.read_card(node, "model-card", one.card_digest, one.publisher.number, model)
    return {"one": one, "card": card, "is_ours": one.publisher.number == node.identity.organisation}
