"""The submitter: sends stored bytes, settles receipts, sends again what the chain has not shown.

It keeps nothing in memory that a restart would need: every step starts from the outbox. Killed anywhere, it goes on
with the same bytes, and the nonce in them makes a second effect impossible.
"""

from __future__ import annotations

import logging

from ledger_node.domain.command import Contracts, Generations
from ledger_node.domain.submission import Submission, SubmissionState
from ledger_node.ports import Clock, Index, Ledger, NonceTooLow, Outbox, Stage, no_stage

log = logging.getLogger(__name__)


class Submitter:
    """`contracts` are the first generation's; `finality_depth` is how many blocks on top make a block final (anvil;
    other engines say it themselves).

    `resend_seconds` is after how long bytes that the chain does not show are sent again, `blame_seconds` after how long
    a used nonce without our receipt is somebody else's.
    """

    def __init__(
        self,
        ledger: Ledger,
        outbox: Outbox,
        index: Index,
        clock: Clock,
        contracts: Contracts,
        *,
        finality_depth: int = 1,
        resend_seconds: float = 5.0,
        blame_seconds: float = 30.0,
        stage: Stage = no_stage,
    ) -> None:
        self._ledger = ledger
        self._outbox = outbox
        self._index = index
        self._clock = clock
        self._contracts = contracts
        self._finality_depth = finality_depth
        self._resend_seconds = resend_seconds
        self._stage = stage
        self._blame_seconds = blame_seconds
        self._used_since: dict[str, int] = {}
        self._sent_at: dict[str, int] = {}  # when this process last sent; a restart sends again, which is harmless

    def step(self) -> int:
        """One pass over everything that is not final. Returns how many submissions moved on."""
        moved = 0
        for submission in self._outbox.open():
            moved += self._settle(submission) or self._send(submission)
        for submission in self._outbox.unfinal():
            moved += self._finalise(submission)
        return moved

    def _send(self, submission: Submission) -> int:
        now = self._clock.now()
        if now - self._sent_at.get(submission.id, -1_000_000) < self._resend_seconds:
            return 0
        self._stage("sending", submission)
        try:
            self._ledger.send(submission.transaction.raw)
        except NonceTooLow:
            return self._replaced(submission)
        self._sent_at[submission.id] = now
        self._stage("sent", submission)
        if submission.state is SubmissionState.SENT:
            return 0
        return int(self._outbox.mark(submission.id, SubmissionState.SIGNED, SubmissionState.SENT))

    def _settle(self, submission: Submission) -> int:
        # Asked for signed ones too: a process may have been killed between sending and saying so.
        receipt = self._ledger.receipt(submission.transaction.hash)
        if receipt is None:
            return 0
        outcome = self._ledger.outcome(receipt, self._generations().listings())
        self._stage("mined", submission)
        state = SubmissionState.MINED if receipt.status == 1 else SubmissionState.FAILED
        moved = self._outbox.mark(
            submission.id,
            submission.state,
            state,
            block=receipt.block,
            block_hash=receipt.block_hash,
            status=receipt.status,
            outcome=outcome,
        )
        log.info("settled", extra={"submission": submission.id, "state": state.value, "block": receipt.block})
        self._stage("settled", submission)
        return int(moved)

    def _generations(self) -> Generations:
        """All that the index knows. A write only ever goes to one of these, so its events are these contracts'."""
        at = self._index.checkpoint()
        return Generations.known(self._contracts, [] if at is None else self._index.generations(at.number))

    def _replaced(self, submission: Submission) -> int:
        """The nonce is used. Ours may be mined and not shown yet, so a while goes by before somebody else is blamed."""
        now = self._clock.now()
        since = self._used_since.setdefault(submission.id, now)
        self._sent_at[submission.id] = now
        if now - since < self._blame_seconds or self._ledger.receipt(submission.transaction.hash) is not None:
            return 0
        log.error("foreign transaction", extra={"submission": submission.id, "nonce": submission.transaction.nonce})
        return int(self._outbox.mark(submission.id, submission.state, SubmissionState.REPLACED))

    def _finalise(self, submission: Submission) -> int:
        """Beyond a reorganisation's reach; or fallen out by one, or shown late, and open again."""
        at = self._index.checkpoint()
        receipt = self._ledger.receipt(submission.transaction.hash)
        if submission.state is SubmissionState.REPLACED:
            if receipt is None:
                return 0
            return int(self._outbox.mark(submission.id, submission.state, SubmissionState.SENT))
        if at is None:
            return 0
        if receipt is None or receipt.block_hash != submission.block_hash:
            self._sent_at.pop(submission.id, None)
            return int(self._outbox.mark(submission.id, submission.state, SubmissionState.SENT))
        if receipt.block + self._finality_depth > at.number:
            return 0
        state = SubmissionState.FINAL if receipt.status == 1 else SubmissionState.FAILED
        return int(self._outbox.mark(submission.id, submission.state, state, settled=True))
