"""Datasets and their versions."""

from __future__ import annotations

from typing import Any

from ledger_node.domain.codes import PrivacyClaim, SizeClass, Supersession
from ledger_node.services.datasets import NewVersion
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf, WindowOf
from registry_api.routes.impact import affected
from registry_api.routes.parts import Id, OfOrganisation, card_digest_of, router
from registry_api.schemas.dataset import (
    FIRST_OPTION,
    Dataset,
    Datasets,
    DatasetVersions,
    PublishDatasetVersion,
    RegisterDataset,
    versions_of,
)
from registry_api.schemas.lineage import Impact
from registry_api.schemas.problem import READ, WRITE
from registry_api.showing import show_dataset
from registry_api.writing import Accepted, answers, creates

routes = router("datasets")


@routes.post("/v1/datasets", status_code=202, responses={**answers(created=True), **WRITE})
def register_dataset(node: NodeOf, once: Once, body: RegisterDataset) -> Accepted:
    """Register a dataset of this node's hospital."""
    return creates(node.datasets.register(card_digest_of(node, body), once))


@routes.get("/v1/datasets", responses=READ)
def list_datasets(node: NodeOf, window: WindowOf, custodian: OfOrganisation = None) -> Datasets:
    """Datasets, oldest first."""
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
    return creates(node.datasets.publish_version(dataset, _new_version(body), once))


@routes.get("/v1/datasets/{dataset}/versions", responses=READ)
def list_dataset_versions(node: NodeOf, window: WindowOf, dataset: Id) -> DatasetVersions:
    """The versions of a dataset, oldest first."""
    cut = window.cut_whole(versions_of(node.catalogue.list_dataset_versions(dataset, window.block)))
    return DatasetVersions(**window.stamp, items=list(cut.found), next=cut.next)


@routes.get("/v1/datasets/{dataset}/impact", responses=READ)
def get_dataset_impact(node: NodeOf, window: WindowOf, dataset: Id) -> Impact:
    """Model versions downstream of a dataset, and how the consents behind them stand."""
    return affected(window, node.lineages.impact_of_dataset(dataset, window.block))


def _new_version(body: PublishDatasetVersion) -> NewVersion:
    fields: dict[str, Any] = dict(body)
    return NewVersion(
        **{
            **fields,
            "options": sum({1 << (code - FIRST_OPTION) for code in body.options}),
            "size_class": SizeClass[body.size_class],
            "claim": PrivacyClaim[body.claim],
            "supersession": Supersession[body.supersession],
            "opt_out_checked_at": body.opt_out_checked_at or 0,
        }
    )
