"""Models and their versions."""

from __future__ import annotations

from pydantic import Field

from ledger_node.domain.model import MAX_PARENTS
from registry_api.schemas.base import (
    EXAMPLE_DIGEST,
    EXAMPLE_ID,
    Answer,
    Digest,
    Hex,
    Id,
    Listing,
    Moment,
    Organisation,
    Stamped,
)
from registry_api.schemas.document import WithCard, one_card


class RegisterModel(WithCard):
    model_config = one_card({"card": {"title": "Lesion classifier", "task": "classification"}})


EXAMPLE_VERSION = {
    "run": EXAMPLE_ID,
    "artifactDigest": EXAMPLE_DIGEST,
    "cardDigest": EXAMPLE_DIGEST,
    "parents": [],
}


class PublishModelVersion(WithCard):
    """The next version, from a completed run: every input's consent must permit EXPORT_WEIGHTS."""

    model_config = one_card(EXAMPLE_VERSION)

    run: Id
    artifact_digest: Digest = Field(description="OpenSSF Model Signing digest of the model's files.")
    parents: list[Id] = Field(default_factory=list, max_length=MAX_PARENTS, description="Versions it was made from.")


class ModelFacts(Answer):
    id: Hex
    publisher: Organisation
    card_digest: Hex
    block: int


class ModelVersionFacts(Answer):
    id: Hex
    model: Hex
    publisher: Organisation
    number: int
    published_at: Moment
    run: Hex
    artifact_digest: Hex
    card_digest: Hex
    parents: list[Hex]
    block: int


class Model(Stamped, ModelFacts):
    versions: list[ModelVersionFacts]


class Models(Listing):
    items: list[ModelFacts]


class ModelVersion(Stamped, ModelVersionFacts):
    pass


class ModelVersions(Listing):
    items: list[ModelVersionFacts]
