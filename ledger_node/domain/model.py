"""Models and their versions."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.position import Position

MAX_PARENTS = 16


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    publisher: int
    card_digest: str
    at: Position


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """`artifact_digest` is the digest of the model's files, `card_digest` sha-256 of the public card."""

    id: str
    model: str
    publisher: int
    number: int
    published_at: int
    run: str
    artifact_digest: str
    card_digest: str
    parents: tuple[str, ...]
    at: Position
