"""The Pins port in memory, for tests that need no store."""

from __future__ import annotations

from ledger_node.ports import Unpinned


class MemoryPins:
    """Documents that wait, in the order in which they came."""

    def __init__(self) -> None:
        self.waiting: dict[str, bytes] = {}
        self.accepted: dict[str, int] = {}

    def keep(self, cid: str, content: bytes) -> None:
        self.waiting[cid] = content
        self.accepted[cid] = 0

    def find(self, cid: str) -> bytes | None:
        return self.waiting.get(cid)

    def next_due(self) -> Unpinned | None:
        return next((Unpinned(cid, content, 0) for cid, content in self.waiting.items()), None)

    def pinned(self, cid: str) -> None:
        del self.waiting[cid]

    def put_off(self, cid: str, until: int, *, others: bool) -> None:
        raise NotImplementedError

    def ages(self) -> dict[str, int]:
        return self.accepted

    def release(self, cid: str, before: int) -> bool:
        raise NotImplementedError
