"""Reads on record: a read is answered once its record is kept.

A thread of its own writes what came meanwhile in one transaction, so that a disk's pause is paid once for many reads,
and no reader holds a thread while it waits.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from ledger_node.ports import Clock, Page, ReadRecord, RecordedRead

log = logging.getLogger(__name__)

AT_ONCE = 1000  # of one transaction
LOOK_SECONDS = 60  # between two looks whether reads are to be recorded, and for what need not be kept

_Waiting = tuple[RecordedRead, Future[None]]


class Recording:
    """`wanted` says whether this node records, which a vote may change; `keep` is for how many seconds."""

    def __init__(self, record: ReadRecord, clock: Clock, wanted: Callable[[], bool], keep: int) -> None:
        self._record = record
        self._clock = clock
        self._wanted = wanted
        self._keep = keep
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._look_at = 0
        self.on = False

    def start(self) -> None:
        self.on = True  # until the first look says that it need not be
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """When all that waits is kept."""
        self._waiting.put(None)
        self._thread.join(timeout=30)

    def put(self, caller: str, operation: str, subject: str | None, as_of: int | None) -> Future[None]:
        """Done when the record is kept; StoreUnavailable when it cannot be."""
        kept: Future[None] = Future()
        kept.set_running_or_notify_cancel()  # a reader that goes away takes nothing back
        self._waiting.put((RecordedRead(self._clock.now(), caller, operation, subject, as_of), kept))
        return kept

    def list_recent(self, page: Page) -> list[RecordedRead]:
        """The newest first."""
        return self._record.list_recent(page.limit, page.after.block if page.after else None)

    def _run(self) -> None:
        more = True
        while more:
            batch, more = self._next()
            if batch:
                self._write(batch)
            self._look()

    def _next(self) -> tuple[list[_Waiting], bool]:
        """All that waits, or what comes within LOOK_SECONDS; and whether more may come."""
        found: list[_Waiting] = []
        try:
            one = self._waiting.get(timeout=LOOK_SECONDS)
            while one is not None:
                found.append(one)
                if len(found) == AT_ONCE or self._waiting.empty():
                    return found, True
                one = self._waiting.get()
        except Empty:
            return found, True
        return found, False

    def _write(self, batch: list[_Waiting]) -> None:
        try:
            self._record.append([read for read, _ in batch])
        except Exception as error:
            for _, kept in batch:
                kept.set_exception(error)
        else:
            for _, kept in batch:
                kept.set_result(None)

    def _look(self) -> None:
        """Now and then: whether to record, and what to forget."""
        now = self._clock.now()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_SECONDS
        try:
            self.on = self._wanted()
        except Exception as error:  # what was so stays so; readers wait for this thread
            log.warning("whether to record cannot be looked up: %s", type(error).__name__)
        try:
            self._record.forget(now - self._keep)
        except Exception as error:  # at the next look
            log.warning("what need not be kept cannot be forgotten: %s", type(error).__name__)
