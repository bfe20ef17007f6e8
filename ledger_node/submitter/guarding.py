"""Whether the engine still shows the chain that this node writes to."""

from __future__ import annotations

from ledger_node.errors import WrongChain
from ledger_node.ports import Clock, Ledger

TRUSTED = 1  # seconds for which a look is good


class Guarding:
    """An engine that was exchanged, or begun anew, may have the same chain id, and would take the same bytes. What it
    did with them is nothing to settle by. `genesis` is the first block's hash; None where any chain will do."""

    def __init__(self, ledger: Ledger, clock: Clock, genesis: str | None) -> None:
        self._ledger = ledger
        self._clock = clock
        self._genesis = genesis
        self._looked_at: int | None = None

    def require(self, *, now: bool = False) -> None:
        """WrongChain when the first block is another. Asks at once, or when the last look is old."""
        at = self._clock.now()
        if not now and self._looked_at is not None and 0 <= at - self._looked_at <= TRUSTED:
            return
        self._looked_at = None
        if self._differs() and self._differs():  # one answer may have been wrong
            raise WrongChain("the chain's first block differs", needed="the chain of the deployment record")
        self._looked_at = at

    def _differs(self) -> bool:
        if self._genesis is None:
            return False
        first = self._ledger.block(0)
        return first is None or first.hash != self._genesis
