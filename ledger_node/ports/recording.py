"""Reads that a node puts on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger_node.domain.position import Position


@dataclass(frozen=True, slots=True)
class RecordedRead:
    """Who read what, when. `caller` names no person, `subject` is what the path names first, `as_of` the block that the
    answer speaks of; both may be None. `number` counts from 1 once it is kept."""

    read_at: int
    caller: str
    operation: str
    subject: str | None
    as_of: int | None
    number: int = 0

    @property
    def at(self) -> Position:
        """Where it stands in the list of all."""
        return Position(self.number, 0)


class ReadRecord(Protocol):
    def append(self, reads: Sequence[RecordedRead]) -> None:
        """Kept for good when this returns. StoreUnavailable: none is kept."""
        ...

    def list_recent(self, limit: int, before: int | None = None) -> list[RecordedRead]:
        """The newest first, those before a number."""
        ...

    def forget(self, before: int) -> int:
        """Removes those from before a time: how many."""
        ...
