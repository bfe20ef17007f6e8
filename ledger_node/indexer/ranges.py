"""How many blocks one question for logs covers: as many as the engine answers for."""

from __future__ import annotations

from ledger_node.errors import ChainAnswerInvalid
from ledger_node.ports import MOST_EVENTS

MOST_BLOCKS = 5_000  # Besu refuses more
FIRST_BLOCKS = 10  # nothing is known of the chain yet, and a block may hold thousands of events
GROWTH = 1 / 16  # after a refusal, a range that was answered grows by this part


class Ranges:
    """`size` is how many blocks to ask for next. It doubles up to `most`, as long as the events of a step stay few
    enough for memory and one SQL transaction; once the engine has refused, it is halved and grows slowly.
    """

    def __init__(self, most: int) -> None:
        self.most = min(most, MOST_BLOCKS)
        self._size = float(min(self.most, FIRST_BLOCKS))
        self._growth = 1.0

    @property
    def size(self) -> int:
        return int(self._size)

    def answered(self, blocks: int, events: int) -> None:
        """As dense as these blocks, the next ones shall hold half of the most that one answer may have."""
        fitting = blocks * (MOST_EVENTS / 2) / events if events else self.most
        self._size = max(1.0, min(self._size * (1 + self._growth), self.most, fitting))

    def refused(self, blocks: int) -> None:
        """ChainAnswerInvalid when what was refused was one block: there is no less to ask for."""
        if blocks == 1:
            raise ChainAnswerInvalid(
                "the chain's RPC does not give the logs of one block",
                needed="an engine with a higher limit of logs or of time for one answer",
            )
        self._size, self._growth = float(blocks // 2), GROWTH
