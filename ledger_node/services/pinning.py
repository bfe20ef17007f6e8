"""Bringing accepted documents into the blob store, however long that is away."""

from __future__ import annotations

import logging

from ledger_node.errors import BlobError, BlobStoreUnreachable
from ledger_node.ports import BlobStore, Clock, Pins

log = logging.getLogger(__name__)

LONGEST_PAUSE = 300  # seconds


class Pinning:
    def __init__(self, blobs: BlobStore, pins: Pins, clock: Clock) -> None:
        self._blobs = blobs
        self._pins = pins
        self._clock = clock

    def step(self) -> int:
        """Pins the document that waits longest; 0 when none is due or it failed.

        A store that is away is no failure of the node, since the document is safe where it is. It is asked again after
        1, 2, 4 … seconds, with one document for all that wait.
        """
        due = self._pins.next_due()
        if due is None:
            return 0
        try:
            self._blobs.put(due.content)
        except BlobError as error:
            pause = min(2**due.attempts, LONGEST_PAUSE)
            away = isinstance(error, BlobStoreUnreachable)
            self._pins.put_off(due.cid, self._clock.now() + pause, others=away)
            log.warning("pin waits", extra={"code": error.code})
            return 0
        self._pins.pinned(due.cid)
        return 1
