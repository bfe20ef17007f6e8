"""Consents: what they permit in plain words, how they stand, what was used of them, and what leans on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request, Response
from starlette.responses import HTMLResponse

from ledger_node.domain.codes import Capability, Operation
from ledger_node.domain.consent import Consent, ConsentUse
from registry_api.explorer import budget, cards, custody, effects
from registry_api.explorer.budget import Budget, Step
from registry_api.explorer.choosing import members
from registry_api.explorer.desk import SOON
from registry_api.explorer.diagram import asking
from registry_api.explorer.page import newest_first, render, router, texts_of
from registry_api.explorer.visitor import visitor_of
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf, WindowOf
from registry_api.routes import consents as api
from registry_api.routes.filters import ByPurpose, InConsentState
from registry_api.routes.parts import ById, Id, OfOrganisation
from registry_api.schemas.base import rfc3339
from registry_api.schemas.consent import ConsentUse as ShownUse
from registry_api.selecting import SelectionOf
from registry_api.showing.consents import show_consent
from registry_api.svg import Picture

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

routes = router()

SHOWN = 20  # model versions beside a consent
#: Where the subject of a use is looked at, by its operation; a run for every other.
PAGES = {
    Operation.EXPORT_WEIGHTS: "versions",
    Operation.COMMERCIALISE: "versions",
    Operation.DERIVE_DATASET: "datasets",
}


@routes.get("/consents")
def list_consents(
    request: Request,
    node: NodeOf,
    window: SelectionOf,
    dataset: ById = None,
    grantor: OfOrganisation = None,
    grantee: OfOrganisation = None,
    purpose: ByPurpose = None,
    state: InConsentState = None,
) -> HTMLResponse:
    newest_first(request, window)
    found = api.list_consents(node, window, dataset, grantee, grantor, purpose, None, state)
    return render(
        request,
        "consents.html",
        found=found,
        names=names(node, window, {one.dataset for one in found.items}),
        hospitals=members(window, Capability.CUSTODIAN),
        grantees=members(window, Capability.PUBLISHER | Capability.CUSTODIAN),
        now=rfc3339(window.time),
        soon=rfc3339(window.time + SOON),
    )


@routes.get("/consents/{consent}")
def show_consent_page(request: Request, node: NodeOf, window: WindowOf, consent: Id) -> HTMLResponse:
    found = node.catalogue.get_consent(consent, window.block)
    uses = node.catalogue.list_consent_uses(consent, window.block)
    used = budget_of(window, found, uses)
    rounds = _round_numbers(window, uses)
    cut = window.cut_whole([_shown(one, step, rounds) for one, step in zip(uses, used.steps[1:], strict=True)])
    one = show_consent(window, found)
    session = visitor_of(request).session
    leaning = effects.leaning(window, node.lineages.impact_of_consent(consent, window.block))
    return render(
        request,
        "consent.html",
        view=window,
        one=one,
        names=names(node, window, {one.dataset}),
        acts=custody.offered(node, None if session is None else session.caller, found),
        replaceable=found.grantor == node.identity.organisation and found.revocation() is None,
        uses=cut.found,
        next=cut.next,
        width=budget.WIDTH,
        height=budget.height_of(used),
        picture_in_words=budget.summary(used, texts_of(request)),
        versions=leaning[:SHOWN],
        count=len(leaning),
        now=rfc3339(window.time),
        soon=rfc3339(window.time + SOON),
    )


@routes.get("/consents/{consent}/budget.svg")
def show_budget_picture(request: Request, node: NodeOf, view: ViewOf, consent: Id) -> Response:
    found = node.catalogue.get_consent(consent, view.block)
    uses = node.catalogue.list_consent_uses(consent, view.block)
    return Picture(budget.draw(budget_of(view, found, uses), texts_of(request)))


@routes.get("/consents/{consent}/impact")
def show_consent_impact(request: Request, node: NodeOf, window: WindowOf, consent: Id) -> HTMLResponse:
    found = node.catalogue.get_consent(consent, window.block)
    whose, subject = window.organisation(found.grantor).name, asking.of_consent(window, consent)
    reach = node.lineages.impact_of_consent(consent, window.block)
    return effects.show_impact(request, window, "consent", consent, whose, reach, subject)


def names(node: Node, view: View, datasets: set[str]) -> dict[str, str]:
    """What datasets are called by the cards at hand."""
    found = node.index.datasets_by_id(datasets, view.block)
    return {key: name for key, one in found.items() if (name := cards.title_of(node, one.card_digest))}


def budget_of(view: View, consent: Consent, uses: list[ConsentUse]) -> Budget:
    rounds = consent.rounds_used - sum(one.rounds for one in uses)
    spent = consent.epsilon_spent - sum(one.epsilon for one in uses)
    steps = [Step(consent.issued_at, rounds, spent)]
    for one in uses:
        rounds, spent = rounds + one.rounds, spent + one.epsilon
        steps.append(Step(view.time_at(one.at.block), rounds, spent))
    terms = consent.terms
    return Budget(terms.max_rounds, terms.epsilon_budget, steps, max(view.time, steps[-1].at))


def _round_numbers(view: View, uses: list[ConsentUse]) -> dict[tuple[str, int], int]:
    """The rounds that uses opened, by run and block."""
    asked = {one.subject for one in uses if one.operation is Operation.FEDERATED_ROUND}
    runs = view.node.index.runs_by_id(asked, view.block)
    return {(run.id, one.at.block): one.number for run in runs.values() for one in run.rounds}


def _shown(use: ConsentUse, step: Step, rounds: dict[tuple[str, int], int]) -> dict[str, object]:
    return {
        "use": ShownUse.of(use),
        "page": PAGES.get(use.operation, "runs"),
        "at": rfc3339(step.at),
        "round": rounds.get((use.subject, use.at.block)),
        "so_far": step,
    }
