"""Lineage upwards, impact downwards."""

from typing import TypedDict

from ledger_node.client.answers.parts import AsOf


class LineageNode(TypedDict):
    """`kind` is organisation, datasetVersion, consent, run, model, modelVersion or recall."""

    id: str
    kind: str
    label: str
    state: str | None


#: The wire calls an edge's ends `from` and `to`.
LineageEdge = TypedDict("LineageEdge", {"from": str, "to": str, "kind": str})


class Lineage(AsOf):
    version: str
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    facts: dict[str, object]


class UsedAt(TypedDict):
    dataset: str
    version: int


class Affected(TypedDict):
    """A model version downstream. `standing` is how the consent stands now; `through` the versions on the way.

    `derived` are the dataset versions from the one asked about to the one used.
    """

    version: str
    modelNumber: int
    model: str
    run: str
    dataset: str
    datasetVersion: int
    consent: str
    derived: list[UsedAt]
    standing: str
    revokedFor: str | None
    tainted: bool
    through: list[str]
