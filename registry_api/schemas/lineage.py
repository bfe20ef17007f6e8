"""Lineage upwards, impact downwards."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from registry_api.schemas.base import Answer, Hex, Listing, Stamped
from registry_api.schemas.consent import ConsentFacts
from registry_api.schemas.dataset import DatasetSummary, DatasetVersion
from registry_api.schemas.model import ModelFacts, ModelVersionFacts
from registry_api.schemas.organisation import OrganisationFacts
from registry_api.schemas.recall import RecallFacts
from registry_api.schemas.run import RunFacts

Kind = Literal["organisation", "datasetVersion", "consent", "run", "model", "modelVersion", "recall"]


class Node(Answer):
    id: str = Field(description="The thing's id; `<dataset>/<number>` for a dataset version.")
    kind: Kind
    label: str
    state: str | None


class Edge(Answer):
    model_config = ConfigDict(
        alias_generator=lambda name: {"source": "from", "target": "to"}.get(name, to_camel(name)),
    )

    source: str
    target: str
    kind: str = Field(
        description="holds, grants, supersededBy, covers, usedBy, derivedInto, trained, parentOf, publishes, "
        "versionOf, recalls"
    )


class UsedVersion(DatasetVersion):
    dataset: Hex


class Facts(Answer):
    """Every fact behind the version, in full."""

    organisations: list[OrganisationFacts]
    datasets: list[DatasetSummary]
    dataset_versions: list[UsedVersion]
    consents: list[ConsentFacts]
    models: list[ModelFacts]
    runs: list[RunFacts]
    model_versions: list[ModelVersionFacts]
    recalls: list[RecallFacts]


class Lineage(Stamped):
    version: Hex
    nodes: list[Node]
    edges: list[Edge]
    facts: Facts


class UsedAt(Answer):
    dataset: Hex
    version: int


class Affected(Answer):
    """A model version downstream of what was asked about, by one input."""

    version: Hex
    model_number: int = Field(description="The version's number within its model.")
    model: Hex
    run: Hex
    dataset: Hex = Field(description="The dataset that the run used.")
    dataset_version: int
    consent: Hex = Field(description="The consent under which the run used it.")
    derived: list[UsedAt] = Field(
        description="Dataset versions from the one asked about to the one used, when the latter was derived from it."
    )
    standing: str = Field(
        description="How the consents on the way stand now, the worst of them: OK, EXPIRED, SUSPENDED, REVOKED."
    )
    revoked_for: str | None = Field(description="Why the first revoked consent on the way was revoked.")
    tainted: bool = Field(description="Revoked, or suspended now, for a reason that reaches back (BREACH, ERROR).")
    through: list[Hex] = Field(description="Versions from the one that used the input to this one.")


class Impact(Listing):
    items: list[Affected]
