"""How many blocks one question for logs covers: as many as the engine answers for."""

from __future__ import annotations

from ledger_node.errors import ChainAnswerInvalid
from ledger_node.ports import MOST_EVENTS

MOST_BLOCKS = 5_000  # Besu refuses more
GROWTH = 16  # a range that was answered grows by one part in so many


class Ranges:
    """`size` is how many blocks to ask for next: `most` at first, half of what was refused, then slowly more again.

    It does not grow where events stand so dense that a larger range would soon be too large.
    """

    def __init__(self, most: int) -> None:
        self.most = min(most, MOST_BLOCKS)
        self._size = float(self.most)

    @property
    def size(self) -> int:
        return int(self._size)

    def answered(self, events: int) -> None:
        if events <= MOST_EVENTS // 2:
            self._size = min(self._size * (1 + 1 / GROWTH), self.most)

    def refused(self, blocks: int) -> None:
        """ChainAnswerInvalid when what was refused was one block: there is no less to ask for."""
        if blocks == 1:
            raise ChainAnswerInvalid(
                "the chain's RPC does not give the logs of one block",
                needed="an engine with a higher limit of logs or of time for one answer",
            )
        self._size = float(blocks // 2)
