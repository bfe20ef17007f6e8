"""Bringing accepted documents into the blob store, however long that is away."""

from __future__ import annotations

import logging

from ledger_node.errors import BlobError, BlobStoreUnreachable
from ledger_node.ports import BlobStore, Clock, Pins, Unpinned

log = logging.getLogger(__name__)

AT_ONCE = 20  # documents of one step, at most 256 KiB each
LONGEST_PAUSE = 300  # seconds


class Pinning:
    def __init__(self, blobs: BlobStore, pins: Pins, clock: Clock) -> None:
        self._blobs = blobs
        self._pins = pins
        self._clock = clock

    def step(self) -> int:
        """Pins the documents that wait longest; how many.

        A store that is away is no failure of the node, since the documents are safe where they are. It is asked again
        after 1, 2, 4 … seconds, with one document for all that wait.
        """
        pinned: list[str] = []
        for one in self._pins.due(AT_ONCE):
            try:
                self._blobs.put(one.content)
            except BlobError as error:
                self._put_off(one, error)
                if isinstance(error, BlobStoreUnreachable):
                    break
            else:
                pinned.append(one.cid)
        if pinned:
            self._pins.pinned(pinned)
        return len(pinned)

    def _put_off(self, one: Unpinned, error: BlobError) -> None:
        pause = min(2**one.attempts, LONGEST_PAUSE)
        away = isinstance(error, BlobStoreUnreachable)
        self._pins.put_off(one.cid, self._clock.now() + pause, others=away)
        log.warning("pin waits", extra={"code": error.code})
