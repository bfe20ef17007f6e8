"""A stream as it runs: files in, heads out, until it is told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ledger_node.edge.streams.anchoring import Anchoring
from ledger_node.edge.streams.intake import MOST, Intake
from ledger_node.edge.streams.log import StreamLog
from ledger_node.errors import MedLedgerError

log = logging.getLogger(__name__)

POLL = 0.2  # seconds between two looks at the folder
RETRY = 2.0  # seconds until a node that did not answer is asked again
Shown = Callable[["Standing"], None]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A head is closed when its oldest record has waited for `seconds`, or when there are `records` of them."""

    seconds: float = 5.0
    records: int = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands, by what it did itself. `waiting` are heads that the chain does not have yet, `trouble` is why,
    when it is known."""

    accepted: int
    again: int
    quarantined: int
    open: int
    anchored: int
    waiting: int
    trouble: MedLedgerError | None


class Running:
    """Files are taken by the caller's thread; heads are anchored by another, so that a node that is away keeps no
    record from its place."""

    def __init__(self, stream: StreamLog, intake: Intake, anchoring: Anchoring, rhythm: Rhythm) -> None:
        self._stream = stream
        self._intake = intake
        self._anchoring = anchoring
        self._rhythm = rhythm
        self._open_since: float | None = None
        self._closed = threading.Event()
        self._ended = threading.Event()
        self._trouble: MedLedgerError | None = None
        self._fault: BaseException | None = None  # what ended the anchoring, and must not be kept quiet
        self._anchored = 0

    def run(self, stop: threading.Event, show: Shown) -> Standing:
        """Until `stop`; then the last head is closed and tried once more. What is not anchored then, the next run
        anchors."""
        self._closed.set()  # what an earlier run left
        thread = threading.Thread(target=self._anchor, name="anchoring")
        thread.start()
        try:
            left = True  # by an earlier run: it has waited already
            while not stop.is_set() and self._fault is None:
                worked = self._intake.step()
                if left and worked < MOST:
                    left = False
                    self._close()
                self._close_when_due()
                show(self.standing())
                if not worked:
                    stop.wait(POLL)
        finally:
            self._close()
            self._ended.set()
            self._closed.set()
            thread.join()
        if self._fault is not None:
            raise self._fault
        return self.standing()

    def standing(self) -> Standing:
        counts = self._intake.counts
        return Standing(
            accepted=counts.accepted,
            again=counts.again,
            quarantined=counts.quarantined.total(),
            open=self._stream.open_leaves,
            anchored=self._anchored,
            waiting=len(self._stream.waiting()),
            trouble=self._trouble,
        )

    def _close_when_due(self) -> None:
        count, now = self._stream.open_leaves, time.monotonic()
        if not count:
            self._open_since = None
            return
        self._open_since = self._open_since or now
        if count >= self._rhythm.records or now - self._open_since >= self._rhythm.seconds:
            self._close()

    def _close(self) -> None:
        if self._stream.close_head() is not None:
            self._open_since = None
            self._closed.set()

    def _anchor(self) -> None:
        try:
            self._anchor_what_is_closed()
        except BaseException as fault:
            self._fault = fault

    def _anchor_what_is_closed(self) -> None:
        while True:
            self._closed.wait()
            self._closed.clear()
            last = self._ended.is_set()
            self._try()
            if last:
                return
            if self._stream.waiting() and not self._ended.wait(RETRY):
                self._closed.set()

    def _try(self) -> None:
        try:
            self._anchored += self._anchoring.step()
            self._trouble = None
        except MedLedgerError as error:
            if self._trouble is None:
                log.warning("not anchored", extra={"code": error.code})
            self._trouble = error
