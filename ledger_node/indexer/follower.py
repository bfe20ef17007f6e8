"""Following the chain: one step is one SQL transaction, from the checkpoint to a block further on."""

from __future__ import annotations

from ledger_node.domain.command import Deployment
from ledger_node.domain.position import BlockRef
from ledger_node.errors import ChainAnswerInvalid, WrongChain
from ledger_node.indexer.projection import rows_of
from ledger_node.ports import Checkpoint, Index, Ledger, Step


class Follower:
    """`log_range` is how many blocks one question for logs covers."""

    def __init__(self, ledger: Ledger, index: Index, deployment: Deployment, log_range: int = 2000) -> None:
        self._ledger = ledger
        self._index = index
        self._deployment = deployment
        self._log_range = log_range
        self.head: int | None = None  # the chain's newest block as last seen; None while the chain does not answer

    def step(self) -> bool:
        """Applies the next range of blocks, or rewinds when the chain has turned. False when there is nothing to do."""
        self.head = None
        at = self._index.checkpoint() or self._begin()
        known = self._ledger.block(at.number)
        if known is None or known.hash != at.hash:
            self._rewind(at)
            self.head = at.number
            return True
        head = self._ledger.head()
        self.head = head.number
        if head.number <= at.number:
            return False
        last = head.number if head.number - at.number <= self._log_range else at.number + self._log_range
        self._index.apply(self._read(at, last))
        return True

    def catch_up(self) -> Checkpoint:
        """Steps until the head is reached."""
        while self.step():
            pass
        reached = self._index.checkpoint()
        assert reached is not None  # a step sets the first one
        return reached

    def rebuild(self) -> tuple[str, str]:
        """Forgets the index and reads the chain again; the digests before and after, as of the same block or later."""
        self.catch_up()
        before = self._index.digest()
        self._index.clear()
        self.catch_up()
        return before, self._index.digest()

    def _begin(self) -> Checkpoint:
        first = self._ledger.block(0)
        if first is None or first.hash != self._deployment.genesis:
            raise WrongChain("the chain's first block differs", needed="the chain of the deployment record")
        genesis = Checkpoint(0, first.hash, first.timestamp)
        self._index.begin(genesis)
        return genesis

    def _read(self, at: Checkpoint, last: int) -> Step:
        events = self._ledger.events(self._deployment.contracts.items(), at.number + 1, last)
        reached = self._block(last)
        blocks: dict[int, BlockRef] = {}
        for event in events:
            if event.at.block not in blocks:
                blocks[event.at.block] = self._block(event.at.block)
            if event.block_hash != blocks[event.at.block].hash:
                raise ChainAnswerInvalid("the chain turned while it was read", needed="another step")
        return Step(
            expected=at,
            reached=Checkpoint(reached.number, reached.hash, reached.timestamp),
            blocks=tuple(blocks.values()),
            rows=tuple(row for event in events for row in rows_of(event)),
        )

    def _block(self, number: int) -> BlockRef:
        found = self._ledger.block(number)
        if found is None:
            raise ChainAnswerInvalid("the chain does not know a block that it had", got=f"block {number}")
        return found

    def _rewind(self, at: Checkpoint) -> None:
        """Back to the newest block that the chain still has, at worst to the first."""
        for candidate in self._index.block_hashes(at.number):
            known = self._ledger.block(candidate.number)
            if known is not None and known.hash == candidate.hash:
                self._index.rewind(Checkpoint(candidate.number, candidate.hash, candidate.timestamp))
                return
        first = self._ledger.block(0)
        if first is None or first.hash != self._deployment.genesis:
            raise WrongChain("the chain was replaced", needed="the chain of the deployment record")
        self._index.rewind(Checkpoint(0, first.hash, first.timestamp))
