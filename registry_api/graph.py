"""A lineage as a graph and as facts."""

from __future__ import annotations

from collections import defaultdict

from ledger_node.domain.codes import Lifecycle
from ledger_node.domain.lineage import Lineage, Provenance
from ledger_node.domain.recall import Recall
from ledger_node.domain.training import Run
from registry_api.reading import View
from registry_api.schemas import lineage as schemas
from registry_api.schemas.dataset import DatasetVersion
from registry_api.schemas.lineage import Edge, Node
from registry_api.showing.consents import show_consent, show_dataset
from registry_api.showing.consortium import show_organisation
from registry_api.showing.models import show_model, show_model_version, show_recall, show_run


def show_lineage(view: View, found: Lineage) -> schemas.Lineage:
    return schemas.Lineage(
        **view.stamp, version=found.version, nodes=nodes_of(found), edges=edges_of(found), facts=facts_of(view, found)
    )


def short(id_: str) -> str:
    """Enough of an id to tell it from its neighbours: `0x5c1d7e7e…`."""
    return f"{id_[:10]}…"


def operations_of(run: Run) -> str:
    """What a run used its inputs for, each operation once: `TRAIN, TEST`."""
    return ", ".join(dict.fromkeys(one.operation.name or "" for one in run.inputs))


def nodes_of(found: Provenance) -> list[Node]:
    custodians = {dataset.id: found.name_of(dataset.custodian) for dataset in found.datasets}
    return [
        *(
            Node(
                id=str(one.number),
                kind="organisation",
                label=one.name,
                state=one.status_at(found.as_of.timestamp).name,
            )
            for one in found.organisations
        ),
        *(
            Node(
                id=f"{one.dataset}/{one.number}",
                kind="datasetVersion",
                label=f"{custodians[one.dataset]}, dataset {short(one.dataset)} version {one.number}",
                state="USABLE" if one.number >= found.lowest[one.dataset] else "SUPERSEDED",
            )
            for one in found.dataset_versions
        ),
        *(
            Node(
                id=one.id,
                kind="consent",
                label=f"consent of {found.name_of(one.grantor)}",
                state=one.state_at(found.as_of.timestamp).name,
            )
            for one in found.consents
        ),
        *(
            Node(
                id=one.id,
                kind="run",
                label=f"{operations_of(one)}, {len(one.rounds)} rounds",
                state=one.outcome.name,
            )
            for one in found.runs
        ),
        *(
            Node(id=one.id, kind="model", label=f"model of {found.name_of(one.publisher)}", state=None)
            for one in found.models
        ),
        *(
            Node(
                id=one.id,
                kind="modelVersion",
                label=f"model {short(one.model)} version {one.number}" + ("" if one.run else ", imported"),
                state="RECALLED" if one.recalls else _life(one.lifecycle, for_sale=one.for_sale),
            )
            for one in found.model_versions
        ),
        *(
            Node(
                id=one.id,
                kind="recall",
                label=f"recall by {found.name_of(one.issuer)}, {one.severity.name}",
                state="STANDING" if one.stands else "LIFTED",
            )
            for one in found.recalls
        ),
    ]


def _life(lifecycle: Lifecycle, *, for_sale: bool) -> str:
    return "RELEASED_FOR_SALE" if lifecycle is Lifecycle.RELEASED and for_sale else lifecycle.name


def edges_of(found: Provenance) -> list[Edge]:
    custodians = {dataset.id: dataset.custodian for dataset in found.datasets}
    inputs = [(run.id, used) for run in found.runs for used in run.inputs]
    made = [
        (parent, f"{one.dataset}/{one.number}")
        for one in found.dataset_versions
        if one.derivation
        for parent in one.derivation.parents
    ]
    triples = [
        *((str(custodians[one.dataset]), f"{one.dataset}/{one.number}", "holds") for one in found.dataset_versions),
        *((str(one.grantor), one.id, "grants") for one in found.consents),
        *((one.terms.supersedes, one.id, "supersededBy") for one in found.consents if one.terms.supersedes),
        *((f"{used.dataset}/{used.version}", used.consent, "covers") for _, used in inputs),
        *((used.consent, run, "usedBy") for run, used in inputs),
        *((f"{one.dataset}/{one.version}", one.consent, "covers") for one, _ in made if one.consent),
        *((f"{one.dataset}/{one.version}", version, "derivedInto") for one, version in made),
        *((one.run, one.id, "trained") for one in found.model_versions if one.run),
        *((parent, one.id, "parentOf") for one in found.model_versions for parent in one.parents),
        *((str(one.publisher), one.id, "publishes") for one in found.models),
        *((one.id, one.model, "versionOf") for one in found.model_versions),
        *((one.id, one.version, "recalls") for one in found.recalls),
    ]
    return [Edge(source=source, target=target, kind=kind) for source, target, kind in dict.fromkeys(triples)]


def facts_of(view: View, found: Lineage) -> schemas.Facts:
    view.meet({one.number: one.name for one in found.organisations})
    issued: dict[str, list[Recall]] = defaultdict(list)
    for recall in found.recalls:
        issued[recall.version].append(recall)
    return schemas.Facts(
        organisations=[show_organisation(view, one) for one in found.organisations],
        datasets=[show_dataset(view, one) for one in found.datasets],
        dataset_versions=[
            schemas.UsedVersion(dataset=one.dataset, **dict(DatasetVersion.of(one, found.lowest[one.dataset])))
            for one in found.dataset_versions
        ],
        consents=[show_consent(view, one) for one in found.consents],
        models=[show_model(view, one) for one in found.models],
        runs=[show_run(view, one) for one in found.runs],
        model_versions=[show_model_version(view, one, issued[one.id]) for one in found.model_versions],
        recalls=[show_recall(view, one) for one in found.recalls],
    )
