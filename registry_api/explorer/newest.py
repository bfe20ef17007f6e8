"""The newest facts of a list whose pages run from the oldest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from ledger_node.domain.position import Position
from ledger_node.ports import Page


class Standing(Protocol):
    @property
    def at(self) -> Position: ...


T = TypeVar("T", bound=Standing)

FIRST_LOOK = 32  # blocks back from the newest; each further look goes eight times as far
MOST = 1_000  # facts read at one look


def newest(listing: Callable[[Page], Sequence[T]], block: int, wanted: int) -> list[T]:
    """At most `wanted` facts, newest first. Looks back further and further, so that a long ledger costs no more."""
    back = FIRST_LOOK
    while True:
        start = block - back
        found = list(listing(Page(block, MOST, Position(start, 0) if start >= 0 else None)))
        if len(found) == MOST:  # a busy stretch: read on from what is known to be newer
            while len(more := listing(Page(block, MOST, found[-1].at))) == MOST:
                found = list(more)
            found = [*found, *more]
        if len(found) >= wanted or start < 0:
            return found[::-1][:wanted]
        back *= 8
