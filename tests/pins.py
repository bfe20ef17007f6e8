"""The Pins port in memory, for tests that need no store."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ledger_node.ports import Unpinned


class MemoryPins:
    """Documents that wait, in the order in which they came."""

    def __init__(self) -> None:
        self.waiting: dict[str, bytes] = {}
        self.accepted: dict[str, int] = {}

    def keep(self, cid: str, content: bytes, *, with_next: bool = False) -> None:  # at once
        self.waiting[cid] = content
        self.accepted[cid] = 0

    def find(self, cid: str) -> bytes | None:
        return self.waiting.get(cid)

    def due(self, most: int) -> list[Unpinned]:
        return [Unpinned(cid, content, 0) for cid, content in islice(self.waiting.items(), most)]

    def pinned(self, cids: Sequence[str]) -> None:
        for cid in cids:
            del self.waiting[cid]

    def put_off(self, cid: str, until: int, *, others: bool) -> None:
        raise NotImplementedError

    def ages(self) -> dict[str, int]:
        return self.accepted

    def release(self, cid: str, before: int) -> bool:
        raise NotImplementedError
