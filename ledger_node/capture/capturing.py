"""The worker: which subjects final facts touch is noted, and these are captured at the newest final block.

Both begin from the store. What was noted is captured also after a crash; the mark moves in the transaction that notes,
so that no event is left out; one that cannot be captured is put off, with the reason, and holds up no other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ledger_node.capture.parts import header_of, taken_apart
from ledger_node.capture.retention import superfluous
from ledger_node.capture.touched import EVENTS, versions_touched
from ledger_node.domain.feed import FeedPosition
from ledger_node.errors import ChainAnswerInvalid, EvidenceUnavailable, MedLedgerError
from ledger_node.ports import Capture, Captures, Clock, Due, Finality, Index, Kept, Ledger, Missing
from ledger_node.proof.hashing import parse_hex
from ledger_node.proof.subject import MODEL_VERSION, Subject
from ledger_node.services.evidence import Evidence
from ledger_node.services.impact import Impacts

log = logging.getLogger(__name__)

EVENTS_AT_ONCE = 1_000  # of one look
SUBJECTS_AT_ONCE = 32  # of one pass: their proofs are in memory together
FILL_SECONDS = 5.0  # after which a fill tells how far it is
LONGEST_PAUSE = 3_600  # seconds until one that could not be captured is tried again


class Capturing:
    """`between` is how many captures of a subject are kept beside its first and its newest."""

    def __init__(
        self,
        captures: Captures,
        evidence: Evidence,
        index: Index,
        impacts: Impacts,
        ledger: Ledger,
        finality: Finality,
        clock: Clock,
        between: int,
    ) -> None:
        self._captures = captures
        self._evidence = evidence
        self._index = index
        self._impacts = impacts
        self._ledger = ledger
        self._finality = finality
        self._clock = clock
        self._between = between
        self._turn = threading.Lock()  # the worker's, or that of who asks for a fill
        self._looked: FeedPosition | None = None  # further than the mark: what lies between touches nobody

    def step(self) -> int:
        """Notes what new final facts touch, and captures some of what waits: how much of both was looked at."""
        with self._turn:
            return self._note() + self._pass()

    def fill(self, *, anew: bool) -> int:
        """Captures some of what is missing now: how many were tried, to be called until there is none. `anew` makes all
        subjects of the index missing that were never captured, and tries at once what was tried in vain."""
        with self._turn:
            if anew:
                self._captures.note_all(self._final())
                self._captures.hasten()
            tried, ends = 0, time.monotonic() + FILL_SECONDS
            while (some := self._pass()) and time.monotonic() < ends:
                tried += some
            return tried + some

    def kept(self) -> Kept:
        kept, looked = self._captures.kept(), self._looked
        return kept if looked is None else replace(kept, noted=looked.at.block)

    def missing(self, limit: int) -> list[Missing]:
        return self._captures.missing(limit)

    def _note(self) -> int:
        mark = self._looked or self._captures.mark()
        if mark is not None and mark == self._index.end_of(None):
            return 0
        final = self._final()
        if mark is None or not self._index.stands(mark):
            # A store that never captured; or the chain turned below what was final, and nobody knows how far.
            self._captures.note_all(final, self._index.end_of(final))
            self._looked = None
            return 1
        after = self._index.events_after(mark.at, EVENTS_AT_ONCE, EVENTS)
        stated = [one.event for one in after if one.event.at.block <= final]
        if len(stated) == EVENTS_AT_ONCE:
            reached = FeedPosition.of(stated[-1].at, stated[-1].block_hash)
        else:
            reached = self._index.end_of(final)
        if reached.at <= mark.at:
            return 0
        touched = versions_touched(self._index, self._impacts, stated, final)
        if touched:
            self._captures.note(touched, reached)
        self._looked = reached
        return len(stated)

    def _pass(self) -> int:
        due = self._captures.due(SUBJECTS_AT_ONCE)
        if not due or (final := self._final()) < 0:
            return 0
        subjects = [one.subject for one in due]
        made = self._bundles(subjects, final)
        header = self._header(final)
        captures: list[Capture] = []
        nodes: dict[bytes, bytes] = {}
        met: dict[str, bytes] = {}
        failures: dict[str, Exception] = {}
        for subject, bundle in made.items():
            if isinstance(bundle, Exception):
                failures[subject] = bundle
                continue
            capture, its_nodes = taken_apart(subject, bundle, met)
            if capture.block_hash != header["hash"]:
                raise ChainAnswerInvalid("the chain turned while it was read", needed="another step")
            captures.append(capture)
            nodes |= its_nodes
        if captures:
            self._captures.keep(captures, nodes, header_of(header), self._given_up(captures))
        if failures:
            self._put_off(due, failures)
        return len(due)

    def _header(self, number: int) -> dict[str, Any]:
        try:
            return self._ledger.header(number)
        except EvidenceUnavailable:
            # An engine that lags behind another one, which showed a later head.
            raise ChainAnswerInvalid("the chain does not know a block below its head", got=f"block {number}") from None

    def _bundles(self, subjects: Sequence[str], block: int) -> dict[str, bytes | Exception]:
        """Together; if the engine does not answer for all of them, each alone, since it may be for one of them."""
        asked = {Subject(MODEL_VERSION, parse_hex(one, 32)): one for one in subjects}
        try:
            return {asked[one]: made for one, made in self._evidence.bundles(asked, block).items()}
        except (EvidenceUnavailable, ChainAnswerInvalid) as failure:
            if len(subjects) == 1:
                return {subjects[0]: failure}
        return {subject: made for one in subjects for subject, made in self._bundles([one], block).items()}

    def _given_up(self, captures: Sequence[Capture]) -> list[tuple[str, int]]:
        known = self._captures.blocks([one.subject for one in captures])
        return [
            (one.subject, block)
            for one in captures
            for block in superfluous({*known.get(one.subject, ()), one.block}, self._between)
        ]

    def _put_off(self, due: Sequence[Due], failures: dict[str, Exception]) -> None:
        now, attempts = self._clock.now(), {one.subject: one.attempts for one in due}
        put_off = {
            subject: (reason_of(failure), now + min(2 ** attempts[subject], LONGEST_PAUSE))
            for subject, failure in failures.items()
        }
        self._captures.put_off(put_off)
        for code, _ in put_off.values():
            log.warning("capture waits", extra={"code": code})

    def _final(self) -> int:
        """The newest block that is final and indexed; negative while none is."""
        at = self._index.checkpoint()
        return -1 if at is None else min(at.number, self._finality.height(self._ledger.head()))


def reason_of(failure: Exception) -> str:
    """A code of ours, or what Python calls it."""
    return failure.code if isinstance(failure, MedLedgerError) else type(failure).__name__
