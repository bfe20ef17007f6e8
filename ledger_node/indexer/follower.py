"""Following the chain: one step is one SQL transaction, from the checkpoint to a block further on."""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.domain.command import GENERATION_ROLES, Deployment, Generations
from ledger_node.domain.organisation import Generation
from ledger_node.domain.position import BlockRef, Event
from ledger_node.errors import ChainAnswerInvalid, WrongChain
from ledger_node.indexer.projection import rows_of
from ledger_node.ports import Checkpoint, Index, Ledger, Step


class Follower:
    """`log_range` is how many blocks one question for logs covers.

    The first generation of contracts is the deployment record's. Further ones are read from where their registration
    stands, also when that lies in the middle of a range: the same rows come out whatever the ranges are.
    """

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
        generations = self._index.generations(at.number)
        step, _ = self._read(at, min(head.number, at.number + self._log_range), generations)
        self._index.apply(step)
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
        at = self._genesis()
        known: list[Generation] = []
        while at.number < reached.number:
            step, known = self._read(at, min(reached.number, at.number + self._log_range), known)
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

    def _read(self, at: Checkpoint, last: int, known: list[Generation]) -> tuple[Step, list[Generation]]:
        """All events after `at` up to block `last`, and the generations that are known by then.

        The chain may turn between two questions, so both ends are looked at again when everything is read: what stands
        between two blocks that stand, stands.
        """
        reached = self._block(last)
        events, known = self._events(at.number + 1, last, known)
        blocks: dict[int, BlockRef] = {last: reached}
        for event in events:
            if event.at.block not in blocks:
                blocks[event.at.block] = self._block(event.at.block)
            if event.block_hash != blocks[event.at.block].hash:
                raise ChainAnswerInvalid("the chain turned while it was read", needed="another step")
        end = Checkpoint(reached.number, reached.hash, reached.timestamp)
        if not (self._stands(at) and self._stands(end)):
            raise ChainAnswerInvalid("the chain turned while it was read", needed="another step")
        step = Step(
            expected=at,
            reached=end,
            blocks=tuple(blocks[number] for number in sorted(blocks)),
            rows=tuple(row for event in events for row in rows_of(event)),
        )
        return step, known

    def _events(self, first: int, last: int, known: list[Generation]) -> tuple[list[Event], list[Generation]]:
        events = self._ledger.events(self._generations(known).listings(), first, last)
        registered = [_generation_in(event) for event in events if event.name == "GenerationRegistered"]
        known = [*known, *registered]
        for generation in registered:
            if generation.number > 1:  # the first is the deployment record's, and read already
                places = [one for one in self._generations(known).listings() if one.generation == generation.number]
                found = self._ledger.events(places, generation.at.block, last)
                # What a contract wrote before it was listed is no fact of the consortium.
                events += [event for event in found if event.at > generation.at]
        return sorted(events, key=lambda event: event.at), known

    def _generations(self, registered: list[Generation]) -> Generations:
        return Generations.known(self._deployment.contracts, registered)

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


def _generation_in(event: Event) -> Generation:
    """The generation that a GenerationRegistered registers."""
    (row,) = (row.values for row in rows_of(event) if row.table == "generation")
    places = {name: row[name] for name in ("number", *GENERATION_ROLES)}
    return Generation(at=event.at, **places)
