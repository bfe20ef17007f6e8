"""Models and their versions."""

from __future__ import annotations

from ledger_node.ports import Page
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf
from registry_api.routes.filters import InLifecycle, WithWords
from registry_api.routes.parts import CheckedBy, Id, OfOrganisation, card_digest_of, router
from registry_api.schemas.model import (
    ImportModelVersion,
    Model,
    Models,
    ModelVersions,
    PublishModelVersion,
    RegisterModel,
)
from registry_api.schemas.problem import READ, WRITE
from registry_api.selecting import SelectionOf
from registry_api.showing.models import page_of_versions, show_model, show_model_versions
from registry_api.writing import Accepted, answers, creates

routes = router("models")
ALL = 1_000_000  # versions of one model


@routes.post("/v1/models", status_code=202, responses={**answers(created=True), **WRITE})
def register_model(node: NodeOf, once: Once, body: RegisterModel) -> Accepted:
    """Register a model of this node's organisation."""
    return creates(node.models.register(once, card_digest_of(node, body, "model-card")))


@routes.get("/v1/models", responses=READ)
def list_models(node: NodeOf, window: SelectionOf, publisher: OfOrganisation = None, text: WithWords = None) -> Models:
    """Models, oldest first."""
    window.search(text, "model")
    cut = window.cut(node.catalogue.list_models, publisher=publisher)
    return Models(**window.stamp, items=[show_model(window, one) for one in cut.found], next=cut.next)


@routes.get("/v1/models/{model}", responses=READ)
def get_model(node: NodeOf, view: ViewOf, model: Id) -> Model:
    """A model with all its versions."""
    found = show_model(view, node.catalogue.get_model(model, view.block))
    versions = node.catalogue.list_model_versions(Page(view.block, ALL, where={"model": model}))
    return Model(**view.stamp, **dict(found), versions=show_model_versions(view, versions))


@routes.post("/v1/models/{model}/versions", status_code=202, responses={**answers(created=True), **WRITE})
def publish_model_version(
    node: NodeOf, once: Once, model: Id, body: PublishModelVersion, check: CheckedBy = None
) -> Accepted:
    """Publish the model's next version from a completed run."""
    return creates(
        node.models.publish_version(
            once,
            model,
            body.run,
            body.artifact_digest,
            card_digest_of(node, body, "model-card"),
            body.parents,
            precheck=check is None,
        )
    )


@routes.post("/v1/models/{model}/imports", status_code=202, responses={**answers(created=True), **WRITE})
def import_model_version(node: NodeOf, once: Once, model: Id, body: ImportModelVersion) -> Accepted:
    """Publish the model's next version as an import: made elsewhere, with no run and no consent checked here."""
    card = card_digest_of(node, body, "model-card")
    return creates(node.models.import_version(once, model, body.artifact_digest, card, body.parents))


@routes.get("/v1/models/{model}/versions", responses=READ)
def list_model_versions(
    node: NodeOf, window: SelectionOf, model: Id, lifecycle: InLifecycle = None, text: WithWords = None
) -> ModelVersions:
    """The versions of a model, oldest first."""
    node.catalogue.get_model(model, window.block)
    return page_of_versions(window, lifecycle, text, model=model)
