"""Models and their versions."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from ledger_node.domain.codes import Lifecycle
from ledger_node.domain.model import MAX_PARENTS
from registry_api.schemas.base import (
    EXAMPLE_DIGEST,
    EXAMPLE_ID,
    Answer,
    Asked,
    Digest,
    Hex,
    Id,
    Moment,
    NameOf,
    Organisation,
    Searchable,
    Stamped,
)
from registry_api.schemas.document import WithCard, one_card


class RegisterModel(WithCard):
    model_config = one_card({"card": {"title": "Lesion classifier", "task": "classification"}})


EXAMPLE_IMPORT = {
    "artifactDigest": EXAMPLE_DIGEST,
    "cardDigest": EXAMPLE_DIGEST,
    "parents": [],
}


class ImportModelVersion(WithCard):
    """The next version, made elsewhere: with no run, and no consent checked here."""

    model_config = one_card(EXAMPLE_IMPORT)

    artifact_digest: Digest = Field(description="OpenSSF Model Signing digest of the model's files.")
    parents: list[Id] = Field(default_factory=list, max_length=MAX_PARENTS, description="Versions it was made from.")


class PublishModelVersion(ImportModelVersion):
    """The next version, from a completed run: the consents of what it trained on must permit EXPORT_WEIGHTS."""

    model_config = one_card({"run": EXAMPLE_ID, **EXAMPLE_IMPORT})

    run: Id


class ReleaseVersion(Asked):
    """For sale, the consent of every input of the run must permit COMMERCIALISE."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"forSale": False}]})

    for_sale: Annotated[bool, Field(strict=True)]


class LifecycleStep(Answer):
    lifecycle: Annotated[str, NameOf(Lifecycle, but=("NONE",))]
    for_sale: bool = Field(description="Whether this step released it for sale.")
    stepped_at: Moment
    block: int


class ModelFacts(Answer):
    id: Hex
    number: int = Field(description="Its place in the order of registration.")
    publisher: Organisation
    card_digest: Hex
    block: int


class ModelVersionFacts(Answer):
    id: Hex
    model: Hex
    publisher: Organisation
    number: int
    published_at: Moment
    run: Hex | None = Field(description="Null for an import.")
    artifact_digest: Hex
    card_digest: Hex
    parents: list[Hex]
    lifecycle: Annotated[str, NameOf(Lifecycle, but=("NONE",))]
    for_sale: bool
    steps: list[LifecycleStep] = Field(description="What came after its publication, oldest first.")
    standing_recalls: int = Field(description="Recalls of it that stand. While there is one, it is not released.")
    recalls: list[Hex] = Field(description="Every recall of it, those that were lifted included.")
    block: int


class Model(Stamped, ModelFacts):
    versions: list[ModelVersionFacts]


class Models(Searchable):
    items: list[ModelFacts]


class ModelVersion(Stamped, ModelVersionFacts):
    pass


class ModelVersions(Searchable):
    items: list[ModelVersionFacts]
