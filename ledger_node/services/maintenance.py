"""What an operator does to a node's own state."""

from __future__ import annotations

from typing import Protocol

from ledger_node.ports import Index


class Rebuilder(Protocol):
    """Whoever drives the index; it alone may stop following and begin again."""

    def rebuild(self) -> tuple[str, str]: ...


class Maintenance:
    def __init__(self, index: Index, rebuilder: Rebuilder) -> None:
        self._index = index
        self._rebuilder = rebuilder

    def rebuild(self) -> tuple[str, str]:
        """Reads the chain again from its first block; the index's digests before and after (equal when all is well)."""
        return self._rebuilder.rebuild()

    def digest(self) -> str:
        return self._index.digest()

    def counts(self) -> dict[str, int]:
        return self._index.counts()
