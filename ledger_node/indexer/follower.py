"""Following the chain: one step is one SQL transaction, from the checkpoint to a block further on."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from ledger_node.domain.command import GENERATION_ROLES, Deployment, Generations
from ledger_node.domain.organisation import Generation
from ledger_node.domain.position import BlockRef, Event
from ledger_node.errors import ChainAnswerInvalid, WrongChain
from ledger_node.indexer.cycles import search_put_off
from ledger_node.indexer.projection import rows_of
from ledger_node.indexer.ranges import Ranges
from ledger_node.ports import Checkpoint, Index, Ledger, RangeTooLarge, Step

#: A step, and the generations of contracts that are known when it is done.
Read = tuple[Step, list[Generation]]


class Follower:
    """`log_range` is how many blocks one question for logs covers at most; fewer where the engine refuses so many.

    The first generation of contracts is the deployment record's. Further ones are read from where their registration
    stands, also when that lies in the middle of a range: the same rows come out whatever the ranges are.
    """

    def __init__(self, ledger: Ledger, index: Index, deployment: Deployment, log_range: int = 2000) -> None:
        self._ledger = ledger
        self._index = index
        self._deployment = deployment
        self._ranges = Ranges(log_range)
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader")
        self._ahead: tuple[Checkpoint, Future[Read]] | None = None  # what is read already, and after which block
        self.head: int | None = None  # the chain's newest block as last seen; None while the chain does not answer

    def step(self, most: int | None = None) -> bool:
        """Applies the next range of blocks, none above `most`, or rewinds when the chain has turned. False when there
        is nothing to do."""
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
        if not self._stands(at, head):
            self._rewind(at)
            return True
        last = head.number if most is None else min(head.number, most)
        if last <= at.number:
            return False
        step, generations = self._read_already(at, last) or self._read(at, last, self._index.generations(at.number))
        if step.reached.number < last:
            # The engine and the database work at the same time: the next range is read while this one is written.
            self._ahead = step.reached, self._reader.submit(self._read, step.reached, last, generations)
        with search_put_off():
            self._index.apply(step)
        return True

    def catch_up(self, most: int | None = None) -> Checkpoint:
        """Steps up to block `most`, or to the head as it is now: a quick chain may grow faster than it is read, and
        who waits for this must not wait for ever."""
        if most is None:
            most = self._ledger.head().number
        while self.step(most):
            pass
        reached = self._index.checkpoint()
        assert reached is not None  # a step sets the first one
        return reached

    def rebuild(self) -> tuple[str, str]:
        """Reads the chain again up to where the index stands, beside it, and takes over what differs; the digests
        before and after."""
        reached = self.catch_up()
        before = self._index.digest()
        with self._index.beside() as rebuilt:
            again = Follower(self._ledger, rebuilt, self._deployment, self._ranges.most).catch_up(reached.number)
            if again != reached:
                raise _turned("rebuild")
            self._index.replace(rebuilt)
        return before, self._index.digest()

    def _begin(self) -> Checkpoint:
        genesis = self._genesis()
        self._index.begin(genesis)
        return genesis

    def _genesis(self) -> Checkpoint:
        first = self._ledger.block(0)
        if first is None or first.hash != self._deployment.genesis:
            raise WrongChain("the chain's first block differs", needed="the chain of the deployment record")
        return Checkpoint(0, first.hash, first.timestamp)

    def _read_already(self, at: Checkpoint, most: int) -> Read | None:
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead[0] != at:
            return None
        read = ahead[1].result()
        return read if read[0].reached.number <= most else None

    def _read(self, at: Checkpoint, most: int, known: list[Generation]) -> Read:
        """As far as the engine answers for at once, to block `most` at the furthest."""
        while True:
            last = min(most, at.number + self._ranges.size)
            try:
                with search_put_off():
                    reached = self._block(last)
                    events, known_then = self._events(at.number + 1, last, known)
                    self._ranges.answered(last - at.number, len(events))
                    return self._step(at, reached, events), known_then
            except RangeTooLarge:
                self._ranges.refused(last - at.number)

    def _step(self, at: Checkpoint, reached: BlockRef, events: list[Event]) -> Step:
        """The chain may turn between two questions, so both ends are looked at again when everything is read: what
        stands between two blocks that stand, stands. The blocks of the events are looked at with them."""
        named = {event.at.block: event.block_hash for event in events}
        expected = {**named, reached.number: reached.hash, at.number: at.hash}
        found = self._ledger.blocks_at(sorted(expected))
        if any(block.hash != expected[block.number] for block in found) or any(
            event.block_hash != expected[event.at.block] for event in events
        ):
            raise _turned("step")
        return Step(
            expected=at,
            reached=Checkpoint(reached.number, reached.hash, reached.timestamp),
            blocks=tuple(block for block in found if block.number > at.number),
            rows=tuple(row for event in events for row in rows_of(event)),
        )

    def _events(self, first: int, last: int, known: list[Generation]) -> tuple[list[Event], list[Generation]]:
        """All events of blocks first..last, and the generations that are known by then."""
        events = self._ledger.events(self._generations(known).listings(), first, last)
        registered = [_generation_in(event) for event in events if event.name == "GenerationRegistered"]
        known = [*known, *registered]
        for generation in registered:
            if generation.number > 1:  # the first is the deployment record's, and read already
                places = [one for one in self._generations(known).listings() if one.generation == generation.number]
                found = self._ledger.events(places, generation.at.block, last)
                # What a contract wrote before it was listed is no fact of the consortium.
                events += [event for event in found if event.at > generation.at]
        return sorted(events, key=lambda event: (event.at.block, event.at.log_index)), known

    def _generations(self, registered: list[Generation]) -> Generations:
        return Generations.known(self._deployment.contracts, registered)

    def _stands(self, at: Checkpoint, head: BlockRef) -> bool:
        known = head if head.number == at.number else self._ledger.block(at.number)
        if known is None:
            # A server behind another one that showed a later head: the chain has not turned.
            raise ChainAnswerInvalid("the chain does not know a block below its head", got=f"block {at.number}")
        return known.hash == at.hash

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
                self._index.rewind(at, Checkpoint(candidate.number, candidate.hash, candidate.timestamp))
                return
            candidate = self._index.find_block(candidate.number)
        self._index.rewind(at, self._genesis())


def _generation_in(event: Event) -> Generation:
    """The generation that a GenerationRegistered registers."""
    (row,) = (row.values for row in rows_of(event) if row.table == "generation")
    places = {name: row[name] for name in ("number", *GENERATION_ROLES)}
    return Generation(at=event.at, **places)


def _turned(what: str) -> ChainAnswerInvalid:
    return ChainAnswerInvalid("the chain turned while it was read", needed=f"another {what}")
