"""Captured evidence: what gives bundles again that the engine can prove no more, and which are to be captured."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledger_node.domain.feed import FeedPosition


@dataclass(frozen=True, slots=True)
class Capture:
    """The evidence bundle of a subject as of a block, taken apart.

    `content` is the bundle's JSON without its proof nodes, and with the digests of its documents in the place of these.
    `nodes` are the hashes (keccak-256) of its proof nodes in their order, `digest` the sha-256 of the whole bundle.
    """

    subject: str
    block: int
    block_hash: str
    digest: str
    content: bytes
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A capture with the proof nodes that it names, by hash; those that are lost are not there."""

    capture: Capture
    nodes: Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Due:
    """A subject that is to be captured, which was tried in vain so many times."""

    subject: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A subject that could not be captured: why (an error's code), and when (Unix seconds) it is tried again."""

    subject: str
    reason: str
    attempts: int
    next_at: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept, `size` in bytes as stored; how many subjects wait for their capture, and how many of them were
    tried in vain; the block of the last event that was noted, None before the first."""

    captures: int
    subjects: int
    nodes: int
    size: int
    waiting: int
    missing: int
    noted: int | None


@dataclass(frozen=True, slots=True)
class Broken:
    """A capture that does not give its bundle again, and why; or nodes whose count is wrong, without a subject."""

    subject: str | None
    block: int
    detail: str


class Captures(Protocol):
    """Each method is one SQL transaction. Those that write raise NotTheWriter in a process that stands by."""

    def mark(self) -> FeedPosition | None:
        """Up to and with this event everything that changes a subject's evidence was noted."""

    def note(self, subjects: Collection[str], mark: FeedPosition) -> None:
        """These are to be captured, and the mark stands here."""

    def note_all(self, as_of: int, mark: FeedPosition | None = None) -> None:
        """All model versions that the index has at a block are to be captured, and the mark stands here; without a mark
        only those that were never captured are."""

    def hasten(self) -> None:
        """What is to be captured is due now, however often it was tried."""

    def due(self, limit: int) -> list[Due]:
        """Those whose time has come, the longest waiting first."""

    def blocks(self, subjects: Collection[str]) -> dict[str, list[int]]:
        """The blocks as of which each was captured, in rising order."""

    def keep(
        self,
        captures: Sequence[Capture],
        nodes: Mapping[bytes, bytes],
        header: Mapping[str, Any],
        drop: Collection[tuple[str, int]],
    ) -> None:
        """Keeps captures of one block with their nodes by hash and the block's header, and forgets those that are named
        by subject and block. The subjects wait no longer. One that is kept already stays as it is."""

    def put_off(self, failures: Mapping[str, tuple[str, int]]) -> None:
        """These failed: why, and when they are tried again."""

    def find(self, subject: str, block: int) -> Stored | None: ...

    def near(self, subject: str, block: int) -> list[int]:
        """The captured blocks next to a block, below and above."""

    def kept(self) -> Kept: ...

    def missing(self, limit: int) -> list[Missing]:
        """Those that were tried in vain, the longest waiting first."""

    def broken(self) -> tuple[int, list[Broken]]:
        """How many captures there are, and what is wrong with them."""

    def mend(self) -> list[Broken]:
        """Drops the broken captures, whose subjects are to be captured anew, and counts again how many name each node:
        what was wrong."""
