"""A blob store in memory. With a `failure`, that is what every call raises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger_node.errors import BlobCorrupt, MedLedgerError, UnknownDocument
from ledger_node.ports import Held
from ledger_node.proof.cid import cid_of


class MemoryBlobs:
    is_local = True

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.since: dict[str, int] = {}
        self.failure: MedLedgerError | None = None
        self.puts = 0

    def put(self, content: bytes) -> str:
        self.puts += 1
        self._answer()
        self.contents[cid_of(content)] = content
        return cid_of(content)

    def get(self, cid: str) -> bytes:
        self._answer()
        if cid not in self.contents:
            raise UnknownDocument("this node does not have the document")
        if cid_of(self.contents[cid]) != cid:
            raise BlobCorrupt("the bytes do not match their pointer")
        return self.contents[cid]

    def has(self, cid: str) -> bool:
        self._answer()
        return cid in self.contents

    def held(self) -> Iterator[Held]:
        self._answer()
        for cid, content in self.contents.items():
            yield Held(cid, len(content), self.since.get(cid, 0))

    def remove(self, unwanted: Sequence[Held]) -> None:
        self._answer()
        for one in unwanted:
            del self.contents[one.cid]

    def health(self) -> str:
        return "ok" if self.failure is None else "unreachable"

    def _answer(self) -> None:
        if self.failure is not None:
            raise self.failure
