"""Datasets with their versions and evidence, and what was made of them."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import HTMLResponse

from ledger_node.domain.codes import Capability
from ledger_node.ports import Page
from registry_api.explorer import cards, dataset_cards, effects
from registry_api.explorer.choosing import members
from registry_api.explorer.desk import SOON
from registry_api.explorer.diagram import asking
from registry_api.explorer.page import newest_first, render, router
from registry_api.node import NodeOf
from registry_api.questions.material import name_of
from registry_api.reading import ViewOf, WindowOf
from registry_api.routes import datasets as api
from registry_api.routes.filters import WithWords
from registry_api.routes.parts import Id, Number, OfOrganisation
from registry_api.schemas.base import rfc3339
from registry_api.schemas.dataset import Erasure, versions_of
from registry_api.schemas.stream import StreamFacts
from registry_api.selecting import SelectionOf
from registry_api.showing.consents import show_consent, show_dataset

routes = router()
SHOWN = 20  # consents beside a dataset


@routes.get("/datasets")
def list_datasets(
    request: Request, node: NodeOf, window: SelectionOf, custodian: OfOrganisation = None, text: WithWords = None
) -> HTMLResponse:
    newest_first(request, window)
    found = api.list_datasets(node, window, custodian, text)
    return render(
        request,
        "datasets.html",
        found=found,
        names={one.id: cards.title_of(node, one.card_digest) for one in found.items},
        hospitals=members(window, Capability.CUSTODIAN),
    )


@routes.get("/datasets/{dataset}")
def show_dataset_page(request: Request, node: NodeOf, view: ViewOf, dataset: Id) -> HTMLResponse:
    found = node.catalogue.get_dataset(dataset, view.block)
    versions = node.catalogue.list_dataset_versions(dataset, view.block)
    consents = node.catalogue.list_consents(Page(view.block, SHOWN + 1, where={"dataset": dataset}, newest=True))
    digest = versions[-1].card_digest if versions else found.card_digest
    card = cards.read_card(node, "dataset-card", digest, found.custodian, dataset)
    return render(
        request,
        "dataset.html",
        view=view,
        one=show_dataset(view, found),
        is_ours=found.custodian == node.identity.organisation,
        registered_at=rfc3339(view.time_at(found.at.block)),
        name=dataset_cards.said(card, "/name") or cards.title_of(node, found.card_digest),
        why=card.why,
        card=dataset_cards.rows(card, dataset_cards.OF_CARD),
        versions=versions_of(versions)[::-1],
        erasures=[Erasure.of(one) for one in node.catalogue.list_erasures(dataset, view.block)][::-1],
        consents=[show_consent(view, one) for one in consents[:SHOWN]],
        has_more=len(consents) > SHOWN,
        now=rfc3339(view.time),
        soon=rfc3339(view.time + SOON),
    )


@routes.get("/datasets/{dataset}/versions/{number}")
def show_dataset_version(
    request: Request, node: NodeOf, view: SelectionOf, dataset: Id, number: Number
) -> HTMLResponse:
    found = node.catalogue.get_dataset(dataset, view.block)
    version = node.catalogue.get_dataset_version(dataset, number, view.block)
    record = name_of(version)
    card = cards.read_card(node, "dataset-card", version.card_digest, found.custodian, record)
    attestation = cards.read_card(node, "attestation", version.attestation_digest, found.custodian, record)
    newest_first(request, view)
    streams = view.cut(node.catalogue.list_streams, custodian=found.custodian)
    custodian = view.organisation(found.custodian)
    return render(
        request,
        "dataset_version.html",
        view=view,
        dataset=show_dataset(view, found),
        one=versions_of(node.catalogue.list_dataset_versions(dataset, view.block))[number - 1],
        block=version.at.block,
        name=dataset_cards.said(card, "/name") or cards.title_of(node, found.card_digest),
        why=card.why,
        card=dataset_cards.rows(card, dataset_cards.OF_CARD),
        why_unattested=attestation.why,
        attestation=dataset_cards.rows(attestation, dataset_cards.OF_ATTESTATION),
        erasures=[one for one in node.catalogue.list_erasures(dataset, view.block) if one.version == number],
        streams=[StreamFacts.of(one, custodian) for one in streams.found],
        more_streams=streams.next,
    )


@routes.get("/datasets/{dataset}/impact")
def show_dataset_impact(request: Request, node: NodeOf, window: WindowOf, dataset: Id) -> HTMLResponse:
    found = node.catalogue.get_dataset(dataset, window.block)
    whose, subject = window.organisation(found.custodian).name, asking.of_dataset(window, dataset)
    reach = node.lineages.impact_of_dataset(dataset, window.block)
    return effects.show_impact(request, window, "dataset", dataset, whose, reach, subject)
