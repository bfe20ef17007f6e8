"""Bringing accepted documents into the blob store, however long that is away."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from ledger_node.errors import BlobError, BlobStoreUnreachable
from ledger_node.ports import BlobStore, Clock, Pins, Unpinned

log = logging.getLogger(__name__)

AT_ONCE = 64  # documents of one step, at most 256 KiB each
TOGETHER = 8  # put at the same time: a disk syncs them in hardly more time than one
LONGEST_PAUSE = 300  # seconds


class Pinning:
    def __init__(self, blobs: BlobStore, pins: Pins, clock: Clock) -> None:
        self._blobs = blobs
        self._pins = pins
        self._clock = clock
        self._threads = ThreadPoolExecutor(TOGETHER, thread_name_prefix="pinner")

    def step(self) -> int:
        """Pins the documents that wait longest; how many.

        A store that is away is no failure of the node, since the documents are safe where they are. It is asked again
        after 1, 2, 4 … seconds, with one document for all that wait.
        """
        due = self._pins.due(AT_ONCE)
        failures = [self._put(one) for one in due[:1]]
        if failures and not isinstance(failures[0], BlobStoreUnreachable):
            failures += self._threads.map(self._put, due[1:])
        tried = list(zip(due, failures, strict=False))
        pinned = [one.cid for one, error in tried if error is None]
        if pinned:
            self._pins.pinned(pinned)
        for one, error in tried:
            if error is not None:
                self._put_off(one, error)
        return len(pinned)

    def _put(self, one: Unpinned) -> BlobError | None:
        try:
            self._blobs.put(one.content)
        except BlobError as error:
            return error
        return None

    def _put_off(self, one: Unpinned, error: BlobError) -> None:
        pause = min(2**one.attempts, LONGEST_PAUSE)
        away = isinstance(error, BlobStoreUnreachable)
        self._pins.put_off(one.cid, self._clock.now() + pause, others=away)
        log.warning("pin waits", extra={"code": error.code})
