"""Settled writes beyond a reorganisation's reach; or fallen out by one, and open again."""

from __future__ import annotations

import logging

from ledger_node.domain.position import BlockRef
from ledger_node.ports import Dispatch, Finality, Index, Ledger

log = logging.getLogger(__name__)


class Finishing:
    """A write is final when its block is, and when the index has it: who is told so finds it there."""

    def __init__(self, ledger: Ledger, dispatch: Dispatch, index: Index, finality: Finality) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._index = index
        self._finality = finality
        self._looked_at: tuple[BlockRef, int] | None = None
        self.height = -1  # the newest block whose facts stay

    def step(self, head: BlockRef, *, anew: bool = False) -> int:
        """How many submissions moved. `anew` when something was settled since the last look."""
        at = self._index.checkpoint()
        if at is None or ((head, at.number) == self._looked_at and not anew):
            return 0
        self._looked_at = (head, at.number)
        height = self.height = min(at.number, self._finality.height(head))
        moved = 0
        for number, block_hash in self._dispatch.passing_blocks(height):
            known = self._ledger.block(number)
            if known is None:
                self._looked_at = None  # an engine that lags behind another: asked again
            elif known.hash == block_hash:
                moved += self._dispatch.finish(number, block_hash, self._finality.state)
            else:
                log.info("fallen out", extra={"block": number})
                moved += self._dispatch.rearm(number, block_hash)
        return moved
