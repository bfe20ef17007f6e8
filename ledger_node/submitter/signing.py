"""Queued writes get nonces and signatures."""

from __future__ import annotations

import logging

from ledger_node.ports import Desk, Dispatch, Ledger, Signer, Stage

log = logging.getLogger(__name__)


class Signing:
    """Nonces are given out here and nowhere else, by the one process that writes: the chain's own count is the floor.

    Signatures are made outside of any SQL transaction, since a signer may be slow, and stored in one.
    """

    def __init__(self, ledger: Ledger, dispatch: Dispatch, desk: Desk, signer: Signer, stage: Stage) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._desk = desk
        self._signer = signer
        self._stage = stage
        self._looked = False  # at the chain's count, since the start

    def step(self) -> int:
        """Signs the oldest that wait; how many."""
        waiting = self._dispatch.waiting(self._signer.at_once)
        if self._looked and not waiting:
            return 0
        given = self._dispatch.next_nonce(0)
        counted = self._counted(given)
        if self._was_used_elsewhere(given or self._dispatch.past(counted), counted):
            return 0
        self._looked = True
        if not waiting:
            return 0
        nonce = max(given, counted)
        self._stage("signing")
        signed = [(one.id, self._signer.sign(one.to, one.calldata, place)) for place, one in enumerate(waiting, nonce)]
        self._dispatch.sign(signed)
        self._stage("signed")
        return len(signed)

    def _was_used_elsewhere(self, known: int, counted: int) -> bool:
        """Whether the chain has counted nonces that this store never gave out, and nobody knew yet: somebody else has
        the key, or the store is a restored one and they are what it wrote after its backup. An operator looks before
        anything more is signed. What the key did before the store met it is its own matter."""
        if known >= counted or not self._desk.alarm_all(range(known, counted), self._ledger.head().number):
            return False
        log.error("nonces were used elsewhere", extra={"nonce": known})
        return True

    def _counted(self, given: int) -> int:
        """What the chain has counted. More than we gave out is asked for twice: a nonce that is skipped by mistake
        would hold up all that follow."""
        counted = self._ledger.transaction_count(self._signer.address)
        if counted > given:
            return min(counted, self._ledger.transaction_count(self._signer.address))
        return counted
