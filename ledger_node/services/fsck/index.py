"""The index against the chain's events: they are read again beside it, and compared table by table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ledger_node.errors import IndexConflict
from ledger_node.ports import Audit, Index
from ledger_node.services.fsck.chain import Chain
from ledger_node.services.fsck.findings import Code, Finding
from ledger_node.services.reading import checkpoint


class IndexPart:
    """`follow` brings an empty index to a block by the chain's events alone; `rebuild` does that to the node's own."""

    name = "index"

    def __init__(
        self,
        chain: Chain,
        index: Index,
        audit: Audit,
        follow: Callable[[Index, int], object],
        rebuild: Callable[[], object],
    ) -> None:
        self._chain = chain
        self._index = index
        self._audit = audit
        self._follow = follow
        self._rebuild = rebuild

    def look(self, at: int) -> tuple[int, list[Finding]]:
        stands = checkpoint(self._index)
        known = self._chain.block(stands.number)
        if known is None or known.hash != stands.hash:
            detail = "the chain has another block where the index stands, or none"
            return 0, [Finding(Code.INDEX_BLOCK, str(stands.number), detail, repairable=True)]
        end = self._chain.block(at)
        rows, differences = self._audit.compare(at, lambda beside: self._follow(beside, at))
        if self._chain.block(at) != end:
            raise IndexConflict("the chain turned while it was read", needed="the same question again")
        return rows, [
            Finding(
                Code.INDEX_ROWS,
                one.table,
                f"{one.here} rows here, {one.chain} by the chain" if one.here != one.chain else "other values",
                repairable=True,
            )
            for one in differences
        ]

    def repair(self, findings: list[Finding], /) -> Iterator[Finding]:
        if findings:
            self._rebuild()
        for one in findings:
            yield replace(one, repaired=True)
