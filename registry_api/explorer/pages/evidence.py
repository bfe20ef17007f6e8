"""Evidence to take away: what is in it, and the files themselves, for who has signed in."""

from __future__ import annotations

from fastapi import Request, Response

from ledger_node.domain.export import ExportFormat
from ledger_node.proof.verifier import LIMITS
from registry_api.explorer.dates import OnDate, at_end_of
from registry_api.explorer.page import render, router
from registry_api.explorer.visitor import require
from registry_api.node import NodeOf
from registry_api.reading import AsOf, ViewAsideOf, ViewOf
from registry_api.routes import consents, datasets, versions
from registry_api.routes.evidence import ValidatorsAt
from registry_api.routes.parts import Id, Number, attachment
from registry_api.schemas.base import rfc3339
from registry_api.showing.models import show_model_version

routes = router()

MISSING_LOOKED_AT = 100


@routes.get("/versions/{version}/evidence")
def show_evidence(request: Request, node: NodeOf, view: ViewOf, version: Id, on: OnDate = None) -> Response:
    if on is not None:
        return at_end_of(request, on)
    found = node.lineages.lineage(version, view.block)
    subject = next(one for one in found.model_versions if one.id == version)
    view.meet({one.number: one.name for one in found.organisations})
    return render(
        request,
        "evidence.html",
        view=view,
        now=rfc3339(view.time),
        subject=show_model_version(view, subject, []),
        counts={
            "model_versions": len(found.model_versions),
            "runs": len(found.runs),
            "consents": len(found.consents),
            "dataset_versions": len(found.dataset_versions),
            "recalls": len(found.recalls),
            "organisations": len(found.organisations),
        },
        used=found.dataset_versions,
        forms=list(ExportFormat),
        limits=LIMITS,
        kept=node.capturing.kept(),
        failing=[one for one in node.capturing.missing(MISSING_LOOKED_AT) if one.subject == version],
    )


@routes.get("/versions/{version}/evidence/bundle")
def download_evidence(
    request: Request, node: NodeOf, version: Id, as_of: AsOf = None, validators_at: ValidatorsAt = None
) -> Response:
    require(request, "versions", "get_evidence")
    return versions.get_evidence(node, version, as_of, validators_at)


@routes.get("/versions/{version}/exports/{form}")
def download_export(request: Request, view: ViewAsideOf, version: Id, form: ExportFormat) -> Response:
    require(request, "versions", "export_version")
    return versions.export_version(view, version, form)


@routes.get("/datasets/{dataset}/versions/{number}/evidence/bundle")
def download_dataset_version_evidence(
    request: Request, node: NodeOf, dataset: Id, number: Number, as_of: AsOf = None, validators_at: ValidatorsAt = None
) -> Response:
    require(request, "datasets", "get_dataset_version_evidence")
    return datasets.get_dataset_version_evidence(node, dataset, number, as_of, validators_at)


@routes.get("/datasets/{dataset}/versions/{number}/exports/croissant")
def download_card(request: Request, node: NodeOf, view: ViewAsideOf, dataset: Id, number: Number) -> Response:
    require(request, "datasets", "export_dataset_version")
    return datasets.export_dataset_version(node, view, dataset, number)


@routes.get("/consents/{consent}/evidence/bundle")
def download_consent_evidence(
    request: Request, node: NodeOf, consent: Id, as_of: AsOf = None, validators_at: ValidatorsAt = None
) -> Response:
    require(request, "consents", "get_consent_evidence")
    return consents.get_consent_evidence(node, consent, as_of, validators_at)


@routes.get("/verify/trust")
def download_trust(request: Request, node: NodeOf) -> Response:
    """What this node vouches for, to be verified against elsewhere."""
    require(request, "node", "get_trust")
    return attachment(node.trusting.file(), "application/json", "medledger-trust.json")
