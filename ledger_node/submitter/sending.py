"""Signed bytes go to the pool, many in one request."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor, wait

from ledger_node.domain.submission import Outgoing, Sent
from ledger_node.errors import ChainAnswerInvalid
from ledger_node.ports import Clock, Dispatch, Ledger, Stage

log = logging.getLogger(__name__)

BATCH = 100  # transactions of one request: every engine takes so many
COMMIT = 20 * BATCH  # that are marked as sent in one commit


class Sending:
    """`window` is how many may be sent and not mined: pools drop what is too far ahead. `resend_seconds` is how long
    nothing may happen until the oldest are sent again, with the bytes that are stored: a pool may have lost them.
    """

    def __init__(
        self, ledger: Ledger, dispatch: Dispatch, clock: Clock, *, window: int, resend_seconds: float, stage: Stage
    ) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._clock = clock
        self._window = window
        self._resend_seconds = resend_seconds
        self._stage = stage
        self._moved_at = clock.now()
        self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sender")

    def note_progress(self) -> None:
        """Something was mined: what is sent need not be sent again yet."""
        self._moved_at = self._clock.now()

    @property
    def stalled(self) -> bool:
        # A clock that was set back must not keep it waiting until it is as late again.
        return not 0 <= self._clock.now() - self._moved_at < self._resend_seconds

    def step(self) -> int:
        """Sends what is signed, as far as the window reaches; how many."""
        room = self._window - self._dispatch.in_flight()
        done = 0
        handed: list[Outgoing] = []
        outgoing = self._dispatch.unsent(min(COMMIT, max(0, room)))
        while outgoing:
            # The engine and the database work at the same time: while these go, the last are marked, the next are read.
            handing = self._sender.submit(self._hand_over, outgoing)
            try:
                self._mark(handed)
                left = room - done - len(outgoing)
                following = self._dispatch.unsent(min(COMMIT, left), outgoing[-1].nonce) if left else []
            finally:
                wait([handing])
            taken = handing.result()
            done, handed = done + taken, outgoing[:taken]
            if taken < len(outgoing):
                self._mark(handed)
                raise _refused(outgoing[taken])
            outgoing = following
        self._mark(handed)
        if done and room == self._window:
            self.note_progress()  # only of the first: what was sent before must not wait for ever for its turn
        return done

    def resend(self) -> None:
        """The oldest that the chain does not show, with the same bytes."""
        self.note_progress()
        outgoing = self._dispatch.unsettled(BATCH)
        if outgoing:
            log.info("sent again", extra={"count": len(outgoing), "nonce": outgoing[0].nonce})
            self._hand_over(outgoing)

    def _hand_over(self, outgoing: list[Outgoing]) -> int:
        """How many from the first on the engine has, or has mined by now: a used nonce is the settling's matter."""
        self._stage("sending")
        taken = 0
        for start in range(0, len(outgoing), BATCH):
            answers = self._ledger.send_all([one.raw for one in outgoing[start : start + BATCH]])
            refused = next((i for i, answer in enumerate(answers) if answer is Sent.REFUSED), len(answers))
            taken += refused
            if refused < len(answers):
                break
        return taken

    def _mark(self, handed: list[Outgoing]) -> None:
        if handed:
            self._dispatch.sent(handed)
            self._stage("sent")


def _refused(one: Outgoing) -> ChainAnswerInvalid:
    return ChainAnswerInvalid(
        "the engine refused a transaction",
        got=f"nonce {one.nonce}",
        needed="an engine that takes transactions without a gas price, with room in its pool",
    )
