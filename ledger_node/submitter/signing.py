"""Queued writes get nonces and signatures."""

from __future__ import annotations

from ledger_node.ports import Dispatch, Ledger, Signer, Stage


class Signing:
    """Nonces are given out here and nowhere else, by the one process that writes: the chain's own count is the floor.

    Signatures are made outside of any SQL transaction, since a signer may be slow, and stored in one.
    """

    def __init__(self, ledger: Ledger, dispatch: Dispatch, signer: Signer, stage: Stage) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._signer = signer
        self._stage = stage

    def step(self) -> int:
        """Signs the oldest that wait; how many."""
        waiting = self._dispatch.waiting(self._signer.at_once)
        if not waiting:
            return 0
        nonce = self._dispatch.next_nonce(self._floor())
        self._stage("signing")
        signed = [(one.id, self._signer.sign(one.to, one.calldata, place)) for place, one in enumerate(waiting, nonce)]
        self._dispatch.sign(signed)
        self._stage("signed")
        return len(signed)

    def _floor(self) -> int:
        """What the chain has counted. More than we gave out is asked for twice: a nonce that is skipped by mistake
        would hold up all that follow."""
        counted = self._ledger.transaction_count(self._signer.address)
        if counted > self._dispatch.next_nonce(0):
            return min(counted, self._ledger.transaction_count(self._signer.address))
        return counted
