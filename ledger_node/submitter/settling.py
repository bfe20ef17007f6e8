"""What the chain shows of what was sent: events in the index, and receipts for what wrote none."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from ledger_node.domain.command import Contracts
from ledger_node.domain.outcome import outcome_of
from ledger_node.domain.position import BlockRef
from ledger_node.domain.submission import CANCELLED, FOREIGN_TRANSACTION, Outgoing, Receipt, Settlement, SubmissionState
from ledger_node.errors import ChainAnswerInvalid
from ledger_node.ports import Clock, Desk, Dispatch, Index, Ledger, Stage, known_generations

log = logging.getLogger(__name__)

#: So many blocks' receipts are read block by block; after a longer absence they are asked for by hash.
FAR = 32
BATCH = 100  # receipts of one request


class Settling:
    """`signer` is the address of our key. `blame_seconds` is how long a nonce may be used without our receipt, and
    without another's in a block that was read, until it is called somebody else's."""

    def __init__(
        self,
        ledger: Ledger,
        dispatch: Dispatch,
        desk: Desk,
        index: Index,
        clock: Clock,
        contracts: Contracts,
        *,
        signer: str,
        blame_seconds: float,
        stage: Stage,
    ) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._desk = desk
        self._index = index
        self._clock = clock
        self._contracts = contracts
        self._signer = signer
        self._blame_seconds = blame_seconds
        self._stage = stage
        self._read: BlockRef | None = None  # the newest block that was read
        self._used_since: dict[int, int] = {}  # by nonce

    def step(self) -> int:
        """Reads on to where the index stands; how many submissions were settled.

        What wrote events is settled by those, which the index has already. When the chain has counted a nonce of which
        nothing is known then, the receipts of the oldest are asked for; where they do not tell, or a nonce is not ours,
        all receipts of the blocks.
        """
        at = self._index.checkpoint()
        if at is None:
            return 0
        upto = BlockRef(at.number, at.hash, at.timestamp)
        if upto == self._read:
            return 0
        if self._read is None or upto.number <= self._read.number or not self._stands(self._read):
            settled = self._catch_up(upto.number)
        else:
            settled = self._settle_by_events(self._read.number, upto.number)
            counted = self._counted(upto.number)
            if self._dispatch.open_below(counted):
                settled += self._settle_by_hash(counted)
            else:
                self._used_since = {}
            if self._dispatch.open_below(counted) or counted > self._dispatch.next_nonce(0) > 0:
                settled += self._settle_by_blocks(self._read.number, upto.number)
        self._read = upto
        return settled

    def look_back(self) -> int:
        """What an earlier look missed, whatever the reason."""
        return 0 if self._read is None else self._catch_up(self._read.number)

    def recover(self) -> int:
        """Whatever the chain has of ours, also beyond where the index stands."""
        at = self._index.checkpoint()
        settled = 0 if at is None else self._settle_by_events(self._dispatch.mined_before(), at.number)
        return settled + self._settle_by_hash()

    def _catch_up(self, upto: int) -> int:
        """After a restart, or when the chain has turned: by the events of the index, then by hash what they do not
        show although the chain had counted it by then."""
        counted = self._counted(upto)
        settled = 0
        if self._dispatch.open_below(counted):
            settled = self._settle_by_events(self._dispatch.mined_before(), upto)
        if self._dispatch.open_below(counted):
            return settled + self._settle_by_hash(counted)
        self._used_since = {}
        return settled

    def _counted(self, block: int) -> int:
        """What the chain had counted by then, of what this block and those before it hold: an engine may count for a
        block what it is about to add."""
        counted = self._count_at(block)
        if not self._dispatch.open_below(counted):
            return counted
        (oldest,) = self._dispatch.unsettled(1, counted)
        later = any(found is not None and found.block > block for found in self._ledger.receipts(oldest.hashes))
        return min(oldest.nonce, counted) if later else counted

    def _count_at(self, block: int) -> int:
        try:
            return self._ledger.transaction_count(self._signer, block)
        except ChainAnswerInvalid:  # the engine keeps no state of a block so old
            return self._ledger.transaction_count(self._signer)

    def _settle_by_events(self, after: int, upto: int) -> int:
        return self._write(
            [
                Settlement(
                    submission,
                    SubmissionState.MINED,
                    events[0].at.block,
                    events[0].block_hash,
                    1,
                    outcome_of(events),
                )
                for submission, events in self._dispatch.shown(after, upto)
            ]
        )

    def _settle_by_blocks(self, after: int, upto: int) -> int:
        if upto - after > FAR:
            return self._settle_by_hash()
        settled = 0
        for number in range(after + 1, upto + 1):
            receipts = self._receipts_in(number)
            if receipts is None:
                return settled + self._settle_by_hash()
            settled += self._settle(receipts)
        return settled

    def _settle_by_hash(self, below: int | None = None) -> int:
        """The oldest that are open, as long as all of them are found; those of smaller nonces than `below`."""
        settled = 0
        while True:
            outgoing = self._dispatch.unsettled(BATCH, below)
            hashes = [hash_ for one in outgoing for hash_ in one.hashes]
            found = [receipt for receipt in self._ledger.receipts(hashes) if receipt is not None] if hashes else []
            moved = self._settle(found)
            settled += moved
            if moved < len(outgoing) or not outgoing:
                self._look_for_others(outgoing, {receipt.transaction for receipt in found})
                return settled

    def _receipts_in(self, number: int) -> list[Receipt] | None:
        """Those of our key's transactions; None when the chain has turned or does not say."""
        block, receipts = self._ledger.block(number), self._ledger.receipts_in(number)
        if block is None or receipts is None or any(receipt.block_hash != block.hash for receipt in receipts):
            return None
        return [receipt for receipt in receipts if receipt.sender == self._signer.lower()]

    def _settle(self, receipts: Sequence[Receipt]) -> int:
        if not receipts:
            return 0
        ours = self._dispatch.find_hashes([receipt.transaction for receipt in receipts])
        for receipt in receipts:
            if receipt.transaction not in ours:
                self._blame(self._ledger.nonce_of(receipt.transaction), receipt)
        return self._write(list(self._settlements(receipts, ours)))

    def _write(self, settlements: Sequence[Settlement]) -> int:
        if settlements:
            self._stage("mined")
            self._dispatch.settle(settlements)
            for one in settlements:
                log.info("settled", extra={"submission": one.id, "state": one.state.value, "block": one.block})
            self._stage("settled")
        return len(settlements)

    def _settlements(self, receipts: Iterable[Receipt], ours: dict[str, Outgoing]) -> Iterable[Settlement]:
        # A write only ever goes to one of these, so its events are these contracts'.
        listings = known_generations(self._index, self._contracts).listings()
        for receipt in receipts:
            one = ours.get(receipt.transaction)
            if one is None:
                continue
            state = SubmissionState.MINED if receipt.status == 1 else SubmissionState.FAILED
            if receipt.transaction != one.hashes[0]:
                yield Settlement(one.id, SubmissionState.REPLACED, receipt.block, receipt.block_hash, outcome=CANCELLED)
                continue
            outcome = self._ledger.outcome(receipt, listings)
            yield Settlement(one.id, state, receipt.block, receipt.block_hash, receipt.status, outcome)

    def _look_for_others(self, outgoing: Sequence[Outgoing], found: set[str]) -> None:
        """A nonce of ours that the chain has counted, without our receipt: it may come late, so a while goes by before
        somebody else is blamed."""
        missing = [one for one in outgoing if not found & set(one.hashes)]
        if not missing:
            self._used_since = {}
            return
        counted, now = self._ledger.transaction_count(self._signer), self._clock.now()
        used = [one.nonce for one in missing if one.nonce < counted]
        self._used_since = {nonce: self._used_since.get(nonce, now) for nonce in used}
        for nonce, since in self._used_since.items():
            if now - since >= self._blame_seconds:
                self._blame(nonce, None)

    def _blame(self, nonce: int, receipt: Receipt | None) -> None:
        """Somebody else used our key: what had this nonce cannot be mined, and nothing more is sent until an operator
        has looked."""
        block = self._ledger.head() if receipt is None else BlockRef(receipt.block, receipt.block_hash, 0)
        if self._desk.alarm(nonce, None if receipt is None else receipt.transaction, block.number):
            log.error("foreign transaction", extra={"nonce": nonce, "block": block.number})
        if self._dispatch.replaced(nonce, block):
            self._desk.pause(FOREIGN_TRANSACTION)  # also when that nonce was looked at once before

    def _stands(self, block: BlockRef) -> bool:
        known = self._ledger.block(block.number)
        return known is not None and known.hash == block.hash
