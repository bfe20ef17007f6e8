"""Following the chain: one step is one SQL transaction, from the checkpoint to a block further on."""

from __future__ import annotations

from collections.abc import Iterator

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
        head = self._ledger.head()
        self.head = head.number
        if head.number < at.number:
            self._genesis()
            # An engine that lags behind what another one showed has forgotten nothing: only a hash that differs has.
            known = self._ledger.block(head.number)
            if known is None or self._is_ours(known):
                raise ChainAnswerInvalid("the chain's head is behind the index", needed="an engine that has caught up")
            self._rewind(at)
            return True
        if not self._stands(at):
            self._rewind(at)
            return True
        if head.number == at.number:
            return False
        self._index.apply(self._read(at, min(head.number, at.number + self._log_range)))
        return True

    def catch_up(self) -> Checkpoint:
        """Steps until the head is reached."""
        while self.step():
            pass
        reached = self._index.checkpoint()
        assert reached is not None  # a step sets the first one
        return reached

    def rebuild(self) -> tuple[str, str]:
        """Reads the chain again up to where the index stands, in one SQL transaction; the digests before and after."""
        reached = self.catch_up()
        before = self._index.digest()
        after = self._index.replace(self._steps(reached))
        return before, after

    def _steps(self, reached: Checkpoint) -> Iterator[Step]:
        first = self._genesis()
        at = first
        while at.number < reached.number:
            step = self._read(at, min(reached.number, at.number + self._log_range))
            yield step
            at = step.reached

    def _begin(self) -> Checkpoint:
        genesis = self._genesis()
        self._index.begin(genesis)
        return genesis

    def _genesis(self) -> Checkpoint:
        first = self._ledger.block(0)
        if first is None or first.hash != self._deployment.genesis:
            raise WrongChain("the chain's first block differs", needed="the chain of the deployment record")
        return Checkpoint(0, first.hash, first.timestamp)

    def _read(self, at: Checkpoint, last: int) -> Step:
        """All events after `at` up to block `last`. The chain may turn between two questions, so both ends are looked
        at again when everything is read: what stands between two blocks that stand, stands."""
        reached = self._block(last)
        events = self._ledger.events(self._deployment.contracts.items(), at.number + 1, last)
        blocks: dict[int, BlockRef] = {last: reached}
        for event in events:
            if event.at.block not in blocks:
                blocks[event.at.block] = self._block(event.at.block)
            if event.block_hash != blocks[event.at.block].hash:
                raise ChainAnswerInvalid("the chain turned while it was read", needed="another step")
        end = Checkpoint(reached.number, reached.hash, reached.timestamp)
        if not (self._stands(at) and self._stands(end)):
            raise ChainAnswerInvalid("the chain turned while it was read", needed="another step")
        return Step(
            expected=at,
            reached=end,
            blocks=tuple(blocks[number] for number in sorted(blocks)),
            rows=tuple(row for event in events for row in rows_of(event)),
        )

    def _stands(self, at: Checkpoint) -> bool:
        known = self._ledger.block(at.number)
        return known is not None and known.hash == at.hash

    def _is_ours(self, known: BlockRef) -> bool:
        """Whether a block of the chain contradicts none that the index knows."""
        below = self._index.find_block(known.number + 1)
        return below is None or below.number < known.number or below.hash == known.hash

    def _block(self, number: int) -> BlockRef:
        found = self._ledger.block(number)
        if found is None:
            raise ChainAnswerInvalid("the chain does not know a block that it had", got=f"block {number}")
        return found

    def _rewind(self, at: Checkpoint) -> None:
        """Back to the newest block that the chain still has, at worst to the first."""
        candidate = self._index.find_block(at.number)
        while candidate is not None:
            known = self._ledger.block(candidate.number)
            if known is not None and known.hash == candidate.hash:
                self._index.rewind(Checkpoint(candidate.number, candidate.hash, candidate.timestamp))
                return
            candidate = self._index.find_block(candidate.number)
        self._index.rewind(self._genesis())
