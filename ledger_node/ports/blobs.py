"""Public documents, and those that wait to be stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Held:
    """A document in a blob store: its size in bytes and since when (Unix seconds) it is there, or None."""

    cid: str
    size: int | None
    since: int | None


class BlobStore(Protocol):
    """Public documents by CID. Bytes are verified on every read, which ends at one block's size.

    Every method may raise BlobStoreUnreachable.
    """

    @property
    def is_local(self) -> bool:
        """Whether looking for a document waits for nothing but this machine's disk."""

    def put(self, content: bytes) -> str:
        """Stores and pins; returns the CIDv1. Idempotent, and mends what was stored broken."""

    def get(self, cid: str) -> bytes:
        """UnknownDocument when absent, BlobCorrupt when the bytes do not match."""

    def has(self, cid: str) -> bool:
        """Whether the document is kept here, and not only to be had."""

    def held(self) -> Iterable[Held]:
        """All that is kept here, also what a killed process left behind."""

    def remove(self, unwanted: Sequence[Held]) -> None:
        """Keeps these no longer, unless one was put again since it was listed, and frees what nothing keeps."""

    def health(self) -> str:
        """One word: `ok` or why not."""


@dataclass(frozen=True, slots=True)
class Unpinned:
    """A document that was accepted and is not in the blob store yet; `attempts` were made in vain."""

    cid: str
    content: bytes
    attempts: int


class Pins(Protocol):
    """Documents that were accepted, with their bytes until the blob store has them. Each method is one SQL
    transaction. Times are Unix seconds.
    """

    def keep(self, cid: str, content: bytes, *, with_next: bool = False) -> None:
        """From here on the document is not lost; `with_next`, from where the request's next write is accepted, and not
        kept when none is. One that was pinned before is pinned once more."""

    def find(self, cid: str) -> bytes | None:
        """The bytes of a document that is not pinned yet."""

    def due(self, most: int) -> list[Unpinned]:
        """Those that wait longest of those whose time has come."""

    def pinned(self, cids: Sequence[str]) -> None:
        """The blob store has them: their bytes are let go."""

    def put_off(self, cid: str, until: int, *, others: bool) -> None:
        """It failed and is tried again at `until`; with `others` nothing else is tried before that either."""

    def ages(self) -> dict[str, int]:
        """Every document that was accepted, by CID, with the time when it last was."""

    def release(self, cid: str, before: int) -> bool:
        """Forgets a document that is pinned and was last accepted before a time. False when it is wanted still."""
