"""Signed checkpoints: what is kept of them, and the nodes that give theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger_node.domain.position import Position
from ledger_node.proof.checkpoint import SignedCheckpoint


@dataclass(frozen=True, slots=True)
class Vouched:
    """What operators say of one height: one checkpoint, or several when they do not say the same.

    `split_view`: two of them name different blocks, or one names another block than this node's chain has. `kept_at` is
    when the newest of them came (Unix seconds).
    """

    number: int
    split_view: bool
    kept_at: int
    checkpoints: tuple[SignedCheckpoint, ...]

    @property
    def at(self) -> Position:
        """Where it stands in the list of all."""
        return Position(self.number, 0)


class Checkpoints(Protocol):
    """At most so many heights, of which the newest stay; and so many with a split view, of which the first stay."""

    def keep(self, checkpoint: SignedCheckpoint, now: int, *, split_view: bool = False) -> Vouched | None:
        """Puts its signatures beside those of a copy that is kept. With a checkpoint of another block at its height, or
        with `split_view`, all of the height are evidence from then on. What its height has afterwards; None when
        this is not kept, since newer ones or evidence enough are there."""

    def dispute(self, number: int) -> None:
        """What is kept of a height is evidence of a split view from now on."""

    def find(self, number: int) -> Vouched | None: ...

    def list_recent(self, limit: int, before: int | None = None) -> list[Vouched]:
        """The greatest height first, those below a number."""


class Peer(Protocol):
    """Another organisation's node."""

    def newest(self) -> Sequence[bytes]:
        """Its newest signed checkpoints, each as a document, unread. NodeUnreachable, or what it answered."""
