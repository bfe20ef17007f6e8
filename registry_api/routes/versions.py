"""Model versions: what they are and become, where they came from, the evidence to take away."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import BeforeValidator, Field

from ledger_node.domain.export import ExportFormat
from ledger_node.proof.hashing import parse_hex
from ledger_node.proof.subject import MODEL_VERSION, Subject
from registry_api.explorer.languages import Texts
from registry_api.explorer.picture import draw
from registry_api.exports.listed import EXPORTS
from registry_api.graph import show_lineage
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.questions import reading
from registry_api.questions.listed import BY_NUMBER
from registry_api.reading import AsOf, ViewAsideOf, ViewOf
from registry_api.routes.evidence import BUNDLE, ValidatorsAt, taken_away
from registry_api.routes.filters import InLifecycle, WithWords
from registry_api.routes.parts import CheckedBy, Id, OfOrganisation, attachment, router
from registry_api.schemas.base import digits
from registry_api.schemas.lineage import Lineage
from registry_api.schemas.model import ModelVersion, ModelVersions, ReleaseVersion
from registry_api.schemas.problem import READ, WRITE
from registry_api.schemas.question import QuestionAnswer, Questions
from registry_api.schemas.run import Nothing
from registry_api.selecting import SelectionOf
from registry_api.showing.models import page_of_versions, show_model_version
from registry_api.svg import Picture
from registry_api.writing import Accepted, answers, changes

routes = router("versions")
QuestionNumber = Annotated[
    int, Path(description="A question's number, 1 to 22.", examples=[1]), Field(ge=1, le=22), BeforeValidator(digits)
]
EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "What is known of the version, for another tool to read.",
        "content": {
            one.media_type: {"schema": {"type": "string" if one.media_type.startswith("text/") else "object"}}
            for one in EXPORTS.values()
        },
    }
}
Format = Annotated[
    ExportFormat,
    Path(
        description="`prov`: W3C PROV (PROV-JSON). `ro-crate`: RO-Crate 1.3, detached. `ml-bom`: a CycloneDX bill with "
        "a model card. `annex-iv`, `annex-iv.md`: the AI Act's Annex IV, 2(d) and 2(g), each field proved, attested, "
        "asserted or missing.",
        examples=[ExportFormat.PROV],
    ),
]


@routes.get("/v1/versions", responses=READ)
def list_versions(
    window: SelectionOf, publisher: OfOrganisation = None, lifecycle: InLifecycle = None, text: WithWords = None
) -> ModelVersions:
    """The versions of all models, oldest first."""
    return page_of_versions(window, lifecycle, text, publisher=publisher)


@routes.get("/v1/versions/{version}", responses=READ)
def get_version(node: NodeOf, view: ViewOf, version: Id) -> ModelVersion:
    """A model version."""
    found = node.catalogue.get_model_version(version, view.block)
    shown = show_model_version(view, found, node.catalogue.list_recalls_of(version, view.block))
    return ModelVersion(**view.stamp, **dict(shown))


@routes.post("/v1/versions/{version}/release", status_code=202, responses={**answers(created=False), **WRITE})
def release_version(node: NodeOf, once: Once, version: Id, body: ReleaseVersion, check: CheckedBy = None) -> Accepted:
    """Release a version for use: free of charge, or for sale, when every input's consent permits COMMERCIALISE."""
    return changes(node.lifecycles.release(once, version, for_sale=body.for_sale, precheck=check is None))


@routes.post("/v1/versions/{version}/deprecate", status_code=202, responses={**answers(created=False), **WRITE})
def deprecate_version(node: NodeOf, once: Once, version: Id, body: Nothing | None = None) -> Accepted:
    """Advise against further use of a version."""
    del body
    return changes(node.lifecycles.deprecate(once, version))


@routes.post("/v1/versions/{version}/withdraw", status_code=202, responses={**answers(created=False), **WRITE})
def withdraw_version(node: NodeOf, once: Once, version: Id, body: Nothing | None = None) -> Accepted:
    """Take a version back, for ever."""
    del body
    return changes(node.lifecycles.withdraw(once, version))


@routes.get("/v1/versions/{version}/lineage", responses=READ)
def get_lineage(node: NodeOf, view: ViewOf, version: Id) -> Lineage:
    """Everything behind a version, its parent versions included: a graph, and every fact in full."""
    return show_lineage(view, node.lineages.lineage(version, view.block))


@routes.get("/v1/versions/{version}/lineage.svg", response_class=Picture, responses=READ)
def get_lineage_picture(node: NodeOf, view: ViewOf, version: Id) -> Picture:
    """The lineage as a picture."""
    return Picture(draw(node.lineages.lineage(version, view.block), Texts("en")))


@routes.get("/v1/versions/{version}/questions", responses=READ)
def list_questions(view: ViewOf, version: Id) -> Questions:
    """The 22 questions that a regulator asks about a version, each with the request that answers it."""
    return reading.list_questions(view, version)


@routes.get("/v1/versions/{version}/questions/{number}", responses=READ)
def answer_question(node: NodeOf, version: Id, number: QuestionNumber, as_of: AsOf = None) -> QuestionAnswer:
    """The answer to one of them: facts, each with how it is known, by whom and where it stands; and what is missing."""
    return reading.answer(node, as_of, version, BY_NUMBER[number])


@routes.get("/v1/versions/{version}/evidence", response_class=Response, responses=BUNDLE)
def get_evidence(node: NodeOf, version: Id, as_of: AsOf = None, validators_at: ValidatorsAt = None) -> Response:
    """The evidence bundle of a version as of a block: facts, documents, proofs and header."""
    return taken_away(node, Subject(MODEL_VERSION, parse_hex(version, 32)), as_of, validators_at)


@routes.get("/v1/versions/{version}/exports/{form}", response_class=Response, responses={**READ, **EXPORTED})
def export_version(view: ViewAsideOf, version: Id, form: Format) -> Response:
    """Where a version came from, in a form that other tools read: the same bytes for the same block and documents."""
    export = EXPORTS[form]
    content = export.make(reading.gather(view, version, export.needs))
    return attachment(content, export.media_type, f"medledger-{version[2:10]}-{view.block}{export.suffix}")
