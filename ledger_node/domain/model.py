"""Models and their versions."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Lifecycle
from ledger_node.domain.position import Position

MAX_PARENTS = 16


@dataclass(frozen=True, slots=True)
class Model:
    """`number` is its place in the order of registration, from 1."""

    id: str
    publisher: int
    number: int
    card_digest: str
    at: Position


@dataclass(frozen=True, slots=True)
class LifecycleStep:
    """A step of a version's life after it was published. `for_sale` is about a release."""

    lifecycle: Lifecycle
    for_sale: bool
    stepped_at: int
    at: Position


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """`artifact_digest` is the digest of the model's files, `card_digest` sha-256 of the public card.

    `run` is None for an import. `recalls` counts the recalls that stand.
    """

    id: str
    model: str
    publisher: int
    number: int
    published_at: int
    run: str | None
    artifact_digest: str
    card_digest: str
    parents: tuple[str, ...]
    steps: tuple[LifecycleStep, ...]
    recalls: int
    at: Position

    @property
    def lifecycle(self) -> Lifecycle:
        return self.steps[-1].lifecycle if self.steps else Lifecycle.PUBLISHED

    @property
    def for_sale(self) -> bool:
        return any(step.for_sale for step in self.steps)
