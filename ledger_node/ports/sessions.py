"""Sessions of people at the pages, as the store keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ledger_node.ports.access import Person


@dataclass(frozen=True, slots=True)
class KeptSession:
    """`who` opened it: an API key, by its id, or a person. Times are Unix seconds: of the sign-in, and of a page not
    long ago."""

    who: str | Person
    begun_at: int
    seen_at: int


class KeptSessions(Protocol):
    """By sha-256 of their tokens (hex): a token itself is nowhere but in its browser."""

    def add(self, digest: str, session: KeptSession) -> None: ...
    def find(self, digest: str) -> KeptSession | None: ...
    def touch(self, digest: str, now: int) -> None: ...
    def remove(self, digest: str) -> None: ...

    def forget(self, begun_by: int, seen_by: int) -> None:
        """Those that began, or were seen last, at that time or before."""
