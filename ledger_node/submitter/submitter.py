"""The submitter: three steps that may each have a thread, and all in one."""

from __future__ import annotations

from ledger_node.domain.command import Contracts
from ledger_node.ports import Clock, Desk, Dispatch, Finality, Index, Ledger, Signer, Stage, no_stage
from ledger_node.submitter.filling import Filling
from ledger_node.submitter.finishing import Finishing
from ledger_node.submitter.guarding import Guarding
from ledger_node.submitter.sending import Sending
from ledger_node.submitter.settling import Settling
from ledger_node.submitter.signing import Signing


class Submitter:
    """`contracts` are the first generation's. The other parameters are explained where they are used."""

    def __init__(
        self,
        ledger: Ledger,
        dispatch: Dispatch,
        desk: Desk,
        index: Index,
        clock: Clock,
        signer: Signer,
        finality: Finality,
        contracts: Contracts,
        *,
        genesis: str | None = None,
        window: int = 1000,
        resend_seconds: float = 5.0,
        blame_seconds: float = 30.0,
        stage: Stage = no_stage,
    ) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._desk = desk
        self._clock = clock
        self._resend_seconds = resend_seconds
        self._looked_back_at = clock.now()
        self._guarding = Guarding(ledger, clock, genesis)
        self._signing = Signing(ledger, dispatch, desk, signer, stage)
        self._sending = Sending(ledger, dispatch, clock, window=window, resend_seconds=resend_seconds, stage=stage)
        self._settling = Settling(
            ledger,
            dispatch,
            desk,
            index,
            clock,
            contracts,
            signer=signer.address,
            blame_seconds=blame_seconds,
            stage=stage,
        )
        self._filling = Filling(ledger, dispatch, signer)
        self._finishing = Finishing(ledger, dispatch, index, finality)

    def step(self) -> int:
        """One pass over everything that is not final, in one thread; how many submissions moved on."""
        return self.settle() + self.sign() + self.send()

    def sign(self) -> int:
        """For a thread of its own: the next ones are signed while others are sent."""
        if self._desk.paused():
            return 0
        self._guarding.require()
        return self._signing.step()

    def send(self) -> int:
        """For a thread of its own."""
        if self._desk.paused():
            return 0
        self._guarding.require()
        return self._sending.step()

    def settle(self) -> int:
        """For a thread of its own, which alone sends again what the chain does not show."""
        self._guarding.require(now=True)
        settled = self._settling.step()
        now = self._clock.now()
        if not 0 <= now - self._looked_back_at < self._resend_seconds:
            self._looked_back_at = now
            settled += self._settling.look_back()
        if settled:
            self._sending.note_progress()
        moved = settled + self._finishing.step(self._ledger.head(), anew=settled > 0)
        if self._desk.paused():
            return moved
        if self._sending.stalled and self._dispatch.unsettled(1):
            moved += self._settling.recover()
            self._filling.step()
            self._sending.resend()
        if self._dispatch.taken(self._finishing.height):
            moved += self._settling.recover()  # by now the chain may show ours after all
            moved += self._dispatch.requeue(self._dispatch.taken(self._finishing.height))
        return moved
