"""The words of public cards, by which lists of facts are searched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Unread:
    """A card, by its digest (0x-hex), that was looked for in vain so many times."""

    digest: str
    attempts: int


class Cards(Protocol):
    """A cache of what documents say. Each method is one SQL transaction. Times are Unix seconds."""

    def note(self, since: int) -> None:
        """The cards that facts of blocks from `since` on name are to be read, unless they were."""

    def due(self, limit: int) -> list[Unread]:
        """Those whose time has come, the longest waiting first."""

    def keep(self, words: Mapping[str, Collection[str]], put_off: Mapping[str, int]) -> None:
        """The words of cards that are read first now, by digest; others were not there, and are looked for at the time
        given with each."""

    def forget(self) -> None:
        """All of it: cards are noted and read anew."""
