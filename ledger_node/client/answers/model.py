"""Models and their versions."""

from typing import NotRequired, TypedDict

from ledger_node.client.answers.parts import AsOf, Named


class LifecycleStep(TypedDict):
    lifecycle: str
    forSale: bool
    steppedAt: str
    block: int


class ModelVersion(AsOf):
    """`run` is None for an import; `standingRecalls` counts those of `recalls` that are not lifted."""

    id: str
    model: str
    publisher: Named
    number: int
    publishedAt: str
    run: str | None
    artifactDigest: str
    cardDigest: str
    parents: list[str]
    lifecycle: str
    forSale: bool
    steps: list[LifecycleStep]
    standingRecalls: int
    recalls: list[str]
    block: int


class Model(AsOf):
    id: str
    number: int
    publisher: Named
    cardDigest: str
    block: int
    versions: NotRequired[list[ModelVersion]]
