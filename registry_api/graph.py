"""A lineage as a graph and as facts."""

from __future__ import annotations

from ledger_node.domain.codes import names_of
from ledger_node.domain.lineage import Lineage
from registry_api.reading import View
from registry_api.schemas import lineage as schemas
from registry_api.schemas.dataset import DatasetVersion
from registry_api.schemas.lineage import Edge, Node
from registry_api.showing import show_consent, show_dataset, show_model, show_model_version, show_organisation, show_run


def show_lineage(view: View, found: Lineage) -> schemas.Lineage:
    return schemas.Lineage(
        **view.stamp, version=found.version, nodes=_nodes(found), edges=_edges(found), facts=facts_of(view, found)
    )


def short(id_: str) -> str:
    """Enough of an id to tell it from its neighbours: `0x5c1d7e7e…`."""
    return f"{id_[:10]}…"


def _nodes(found: Lineage) -> list[Node]:
    states = found.consent_states()
    custodians = {dataset.id: found.name_of(dataset.custodian) for dataset in found.datasets}
    return [
        *(
            Node(id=str(one.number), kind="organisation", label=one.name, state=one.status.name)
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
            Node(id=one.id, kind="consent", label=f"consent of {found.name_of(one.grantor)}", state=states[one.id].name)
            for one in found.consents
        ),
        *(
            Node(
                id=one.id,
                kind="run",
                label=f"{'+'.join(names_of(one.operation))}, {len(one.rounds)} rounds",
                state=one.outcome.name,
            )
            for one in found.runs
        ),
        *(
            Node(id=one.id, kind="model", label=f"model of {found.name_of(one.publisher)}", state=None)
            for one in found.models
        ),
        *(
            Node(id=one.id, kind="modelVersion", label=f"model {short(one.model)} version {one.number}", state=None)
            for one in found.model_versions
        ),
    ]


def _edges(found: Lineage) -> list[Edge]:
    custodians = {dataset.id: dataset.custodian for dataset in found.datasets}
    inputs = [(run.id, used) for run in found.runs for used in run.inputs]
    triples = [
        *((str(custodians[one.dataset]), f"{one.dataset}/{one.number}", "holds") for one in found.dataset_versions),
        *((str(one.grantor), one.id, "grants") for one in found.consents),
        *((f"{used.dataset}/{used.version}", used.consent, "covers") for _, used in inputs),
        *((used.consent, run, "usedBy") for run, used in inputs),
        *((one.run, one.id, "trained") for one in found.model_versions),
        *((parent, one.id, "parentOf") for one in found.model_versions for parent in one.parents),
        *((str(one.publisher), one.id, "publishes") for one in found.models),
        *((one.id, one.model, "versionOf") for one in found.model_versions),
    ]
    return [Edge(source=source, target=target, kind=kind) for source, target, kind in dict.fromkeys(triples)]


def facts_of(view: View, found: Lineage) -> schemas.Facts:
    return schemas.Facts(
        organisations=[show_organisation(one) for one in found.organisations],
        datasets=[show_dataset(view, one) for one in found.datasets],
        dataset_versions=[
            schemas.UsedVersion(dataset=one.dataset, **dict(DatasetVersion.of(one, found.lowest[one.dataset])))
            for one in found.dataset_versions
        ],
        consents=[show_consent(view, one) for one in found.consents],
        models=[show_model(view, one) for one in found.models],
        runs=[show_run(view, one) for one in found.runs],
        model_versions=[show_model_version(view, one) for one in found.model_versions],
    )
