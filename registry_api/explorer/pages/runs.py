"""Runs: what they used under which consents, who answered their rounds, and what they made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from ledger_node.domain.codes import Capability
from registry_api.explorer import cards
from registry_api.explorer.choosing import members
from registry_api.explorer.page import newest_first, render, router, texts_of
from registry_api.explorer.text import short
from registry_api.explorer.timeline import draw, mark_of
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf
from registry_api.routes import models
from registry_api.routes import runs as api
from registry_api.routes.filters import WithOutcome
from registry_api.routes.parts import ById, Id, OfOrganisation
from registry_api.schemas.base import Organisation, rfc3339
from registry_api.schemas.consent import ConsentFacts
from registry_api.schemas.run import RunFacts, UsedInput
from registry_api.selecting import SelectionOf
from registry_api.showing.consents import show_consent
from registry_api.svg import Picture

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

routes = router()


@dataclass(frozen=True, slots=True)
class Input:
    """What a run used, whose it is, and the consent for it as it stands. `place` counts from 0."""

    place: int
    used: UsedInput
    custodian: Organisation
    consent: ConsentFacts

    @property
    def name(self) -> str:
        return f"{self.custodian.name}, {short(self.used.dataset)} · {self.used.version}"


@routes.get("/runs")
def list_runs(
    request: Request,
    node: NodeOf,
    window: SelectionOf,
    publisher: OfOrganisation = None,
    model: ById = None,
    outcome: WithOutcome = None,
) -> HTMLResponse:
    newest_first(request, window)
    found = api.list_runs(node, window, publisher, model, outcome)
    return render(request, "runs.html", found=found, publishers=members(window, Capability.PUBLISHER))


@routes.get("/runs/{run}")
def show_run(request: Request, node: NodeOf, view: ViewOf, run: Id) -> HTMLResponse:
    one = api.get_run(node, view, run)
    made = [version for version in models.get_model(node, view, one.model).versions if version.run == run]
    used = inputs_of(node, view, one)
    return render(
        request,
        "run.html",
        one=one,
        inputs=used,
        made=made,
        mark_of=mark_of,
        now=rfc3339(view.time),
        view=view,
        card=cards.read_card(node, "run-card", one.card_digest, one.publisher.number, run),
        model_title=cards.title_of(node, node.catalogue.get_model(one.model, view.block).card_digest),
    )


@routes.get("/runs/{run}/timeline.svg")
def show_timeline(request: Request, node: NodeOf, view: ViewOf, run: Id) -> Response:
    one = api.get_run(node, view, run)
    return Picture(draw(one, [used.name for used in inputs_of(node, view, one)], texts_of(request)))


def inputs_of(node: Node, view: View, run: RunFacts) -> list[Input]:
    datasets = node.index.datasets_by_id({one.dataset for one in run.inputs}, view.block)
    consents = node.index.consents_by_id({one.consent for one in run.inputs}, view.block)
    shown = {id_: show_consent(view, one) for id_, one in consents.items()}
    return [
        Input(place, one, view.organisation(datasets[one.dataset].custodian), shown[one.consent])
        for place, one in enumerate(run.inputs)
    ]
