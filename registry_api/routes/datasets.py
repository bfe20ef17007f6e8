"""Datasets, their versions and erasures."""

from __future__ import annotations

from fastapi import Response

from ledger_node.domain.codes import PrivacyClaim, SizeClass, Supersession
from ledger_node.domain.dataset import Parent
from ledger_node.domain.search import sought
from ledger_node.ports import Page
from ledger_node.proof.hashing import parse_hex
from ledger_node.proof.subject import DATASET_VERSION, Subject
from ledger_node.services.datasets import NewVersion
from registry_api.exports.croissant import CROISSANT, croissant
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.questions.documents import Wanted
from registry_api.questions.material import name_of
from registry_api.reading import AsOf, ViewAsideOf, ViewOf, WindowOf
from registry_api.routes.evidence import BUNDLE, ValidatorsAt, taken_away
from registry_api.routes.filters import WithWords
from registry_api.routes.impact import affected
from registry_api.routes.parts import (
    Id,
    Number,
    OfOrganisation,
    attachment,
    card_digest_of,
    require_stored_cards,
    router,
)
from registry_api.schemas.dataset import (
    Dataset,
    Datasets,
    DatasetVersions,
    Erasure,
    Erasures,
    PublishDatasetVersion,
    PublishDatasetVersions,
    PublishDerivedVersion,
    RecordErasure,
    RegisterDataset,
    versions_of,
)
from registry_api.schemas.lineage import Impact
from registry_api.schemas.problem import READ, WRITE
from registry_api.schemas.scope import bits_of_options
from registry_api.selecting import SelectionOf
from registry_api.showing.consents import show_dataset
from registry_api.writing import Accepted, answers, creates

routes = router("datasets")


@routes.post("/v1/datasets", status_code=202, responses={**answers(created=True), **WRITE})
def register_dataset(node: NodeOf, once: Once, body: RegisterDataset) -> Accepted:
    """Register a dataset of this node's hospital."""
    return creates(node.datasets.register(once, card_digest_of(node, body, "dataset-card")))


@routes.get("/v1/datasets", responses=READ)
def list_datasets(
    node: NodeOf, window: SelectionOf, custodian: OfOrganisation = None, text: WithWords = None
) -> Datasets:
    """Datasets, oldest first."""
    window.search(text, "dataset")
    cut = window.cut(node.catalogue.list_datasets, custodian=custodian)
    return Datasets(**window.stamp, items=[show_dataset(window, one) for one in cut.found], next=cut.next)


@routes.get("/v1/datasets/{dataset}", responses=READ)
def get_dataset(node: NodeOf, view: ViewOf, dataset: Id) -> Dataset:
    """A dataset with all its versions."""
    found = show_dataset(view, node.catalogue.get_dataset(dataset, view.block))
    versions = versions_of(node.catalogue.list_dataset_versions(dataset, view.block))
    return Dataset(**view.stamp, **dict(found), versions=versions)


@routes.post("/v1/datasets/{dataset}/versions", status_code=202, responses={**answers(created=True), **WRITE})
def publish_dataset_version(node: NodeOf, once: Once, dataset: Id, body: PublishDatasetVersion) -> Accepted:
    """Publish the next version of a dataset. It never changes afterwards."""
    require_stored_cards(node, [body.card_digest], "dataset-card")
    return creates(node.datasets.publish_version(once, dataset, _new_version(body)))


@routes.post("/v1/dataset-versions", status_code=202, responses={**answers(created=True), **WRITE})
def publish_dataset_versions(node: NodeOf, once: Once, body: PublishDatasetVersions) -> Accepted:
    """Publish up to 100 versions in one transaction: all or none."""
    require_stored_cards(node, [one.card_digest for one in body.versions], "dataset-card")
    versions = [(one.dataset, _new_version(one)) for one in body.versions]
    return creates(node.datasets.publish_versions(once, versions))


@routes.post("/v1/datasets/{dataset}/derived-versions", status_code=202, responses={**answers(created=True), **WRITE})
def publish_derived_version(node: NodeOf, once: Once, dataset: Id, body: PublishDerivedVersion) -> Accepted:
    """Publish the next version, derived from others: their consents are checked and used in the same transaction."""
    require_stored_cards(node, [body.card_digest], "dataset-card")
    parents = [Parent(one.dataset, one.version, one.consent) for one in body.parents]
    version, scope = _new_version(body), body.scope.facts()
    return creates(node.datasets.publish_derived_version(once, dataset, version, scope, parents))


@routes.get("/v1/datasets/{dataset}/versions", responses=READ)
def list_dataset_versions(node: NodeOf, window: WindowOf, dataset: Id, text: WithWords = None) -> DatasetVersions:
    """The versions of a dataset, oldest first."""
    found, unread = versions_of(node.catalogue.list_dataset_versions(dataset, window.block)), None
    if text is not None:
        cards = node.index.with_words({one.card_digest for one in found}, sought(text))
        found = [one for one in found if one.card_digest in cards]
        unread = node.index.unread_cards("dataset_version", Page(window.block, where={"dataset": dataset}))
    cut = window.cut_whole(found)
    return DatasetVersions(**window.stamp, items=list(cut.found), next=cut.next, unread_cards=unread)


@routes.post("/v1/datasets/{dataset}/erasures", status_code=202, responses={**answers(created=True), **WRITE})
def record_erasure(node: NodeOf, once: Once, dataset: Id, body: RecordErasure) -> Accepted:
    """Record that records of a version were erased, by a receipt that names no record."""
    return creates(node.datasets.record_erasure(once, dataset, body.version, body.receipt_digest))


@routes.get("/v1/datasets/{dataset}/erasures", responses=READ)
def list_erasures(node: NodeOf, window: WindowOf, dataset: Id) -> Erasures:
    """What was erased from a dataset's versions, oldest first."""
    cut = window.cut_whole(node.catalogue.list_erasures(dataset, window.block))
    return Erasures(**window.stamp, items=[Erasure.of(one) for one in cut.found], next=cut.next)


@routes.get("/v1/datasets/{dataset}/impact", responses=READ)
def get_dataset_impact(node: NodeOf, window: WindowOf, dataset: Id) -> Impact:
    """Model versions downstream of a dataset, also by way of datasets derived from it."""
    return affected(window, node.lineages.impact_of_dataset(dataset, window.block))


def _new_version(body: PublishDatasetVersion) -> NewVersion:
    return NewVersion(
        root=body.root,
        card_digest=body.card_digest,
        attestation_digest=body.attestation_digest,
        options=bits_of_options(body.options),
        size_class=SizeClass[body.size_class],
        claim=PrivacyClaim[body.claim],
        supersession=Supersession[body.supersession],
        opt_out_checked_at=body.opt_out_checked_at or 0,
        number=body.number,
    )


@routes.get("/v1/datasets/{dataset}/versions/{number}/evidence", response_class=Response, responses=BUNDLE)
def get_dataset_version_evidence(
    node: NodeOf, dataset: Id, number: Number, as_of: AsOf = None, validators_at: ValidatorsAt = None
) -> Response:
    """The evidence bundle of a dataset version as of a block: with what it was derived from, under which consents."""
    return taken_away(node, Subject(DATASET_VERSION, parse_hex(dataset, 32), number), as_of, validators_at)


@routes.get(
    "/v1/datasets/{dataset}/versions/{number}/exports/croissant",
    response_class=Response,
    responses={
        **READ,
        200: {
            "description": "A Croissant 1.0 document (JSON-LD).",
            "content": {CROISSANT: {"schema": {"type": "object"}}},
        },
    },
)
def export_dataset_version(node: NodeOf, view: ViewAsideOf, dataset: Id, number: Number) -> Response:
    """The card of a dataset version as Croissant, byte for byte: its sha-256 is the version's `cardDigest`."""
    version = node.catalogue.get_dataset_version(dataset, number, view.block)
    custodian = node.catalogue.get_dataset(dataset, view.block).custodian
    view.close()
    wanted = Wanted(version.card_digest, "dataset-card", custodian, name_of(version))
    content = croissant(wanted, node.documents.get(version.card_digest))
    return attachment(content, CROISSANT, f"medledger-{dataset[2:10]}-{number}.croissant.json")
