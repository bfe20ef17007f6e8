"""Signing checkpoints now and then, and getting those of other organisations' nodes."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ledger_node.errors import MedLedgerError, NotPermitted, SignerUnavailable, SplitView, StateConflict
from ledger_node.ports import Clock, Index, Peer
from ledger_node.services.checkpoints import CheckpointDesk

log = logging.getLogger(__name__)


class Vouching:
    """Signs for each block whose number `every` divides, so that all nodes sign for the same; 0 is never."""

    def __init__(self, desk: CheckpointDesk, index: Index, every: int) -> None:
        self._desk = desk
        self._index = index
        self._every = every
        self._signed = 0

    def step(self) -> int:
        """0: nobody waits for it."""
        at = self._index.checkpoint()
        if at is None or not self._every:
            return 0
        due = at.number - at.number % self._every
        if due > self._signed and self._desk.may_sign():
            self._sign(due)
        return 0

    def _sign(self, due: int) -> None:
        try:
            self._desk.look_back()
            self._desk.sign(due)
        except StateConflict:
            return  # not final yet
        except SignerUnavailable as error:
            log.warning("a checkpoint is not signed", extra={"code": error.code})
            return
        except (NotPermitted, SplitView) as error:
            log.warning("a checkpoint is not signed", extra={"code": error.code})
        self._signed = due


class Exchanging:
    """Asks each peer for its newest checkpoints every `pause` seconds. One that is away keeps no other waiting long."""

    def __init__(self, desk: CheckpointDesk, peers: Sequence[Peer], clock: Clock, pause: int) -> None:
        self._desk = desk
        self._peers = peers
        self._clock = clock
        self._pause = pause
        self._due = 0

    def step(self) -> int:
        """0: nobody waits for it."""
        if self._clock.now() < self._due:
            return 0
        self._due = self._clock.now() + self._pause
        for peer in self._peers:
            try:
                for document in peer.newest():
                    self._take(document)
            except MedLedgerError as error:
                log.warning("a peer gives no checkpoints", extra={"code": error.code})
        return 0

    def _take(self, document: bytes) -> None:
        try:
            if not self._desk.holds(document):
                self._desk.bring(document)
        except (StateConflict, SplitView):
            return  # not final here yet; or kept as evidence, and said where it was found
        except MedLedgerError as error:
            log.warning("a peer's checkpoint is not kept", extra={"code": error.code})
