"""Garbage among the documents: what no fact on the chain names, and nobody accepted lately."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.ports import Audit, BlobStore, Clock, Gauges, Held, Index, Pins
from ledger_node.proof.cid import cid_of_digest
from ledger_node.proof.hashing import parse_hex
from ledger_node.services.reading import checkpoint


@dataclass(frozen=True, slots=True)
class Collected:
    """Documents in the store, those of them that are garbage, and their bytes where the store knows sizes."""

    held: int
    unwanted: int
    size: int | None
    removed: int


class Collecting:
    def __init__(self, index: Index, audit: Audit, blobs: BlobStore, pins: Pins, gauges: Gauges, clock: Clock) -> None:
        self._index = index
        self._audit = audit
        self._blobs = blobs
        self._pins = pins
        self._gauges = gauges
        self._clock = clock

    def run(self, *, grace: int, remove: bool) -> Collected:
        """`grace` is how many seconds a document is kept that nothing names yet, since it is stored before its fact is
        written.

        The grace counts back from the newest moment up to which everything is known that may name a document: where the
        index stands, and the oldest write of ours that waits. So a node that was away, or whose chain stood still,
        removes nothing that was registered meanwhile. Several nodes may share a folder: the index holds the facts of
        all, and a document is as young in the folder as its latest putting there.
        """
        before = self._known_until() - grace
        held = list(self._blobs.held())
        unwanted = self._unwanted(held, before)
        sizes = [one.size for one in unwanted if one.size is not None]
        if remove:
            ages = self._pins.ages()
            unwanted = [one for one in unwanted if one.cid not in ages or self._pins.release(one.cid, before)]
            if unwanted:
                self._blobs.remove(unwanted)
        known = len(sizes) == len(unwanted) or not unwanted
        return Collected(len(held), len(unwanted), sum(sizes) if known else None, len(unwanted) if remove else 0)

    def _known_until(self) -> int:
        now, waiting = self._clock.now(), self._gauges.read().oldest_open
        return min(now, checkpoint(self._index).timestamp, now if waiting is None else waiting)

    def _unwanted(self, held: list[Held], before: int) -> list[Held]:
        at = checkpoint(self._index).number
        named = {cid_of_digest(parse_hex(digest, 32)) for digest in self._audit.digests(at)}
        ages = self._pins.ages()

        def old(one: Held) -> bool:
            times = [time for time in (one.since, ages.get(one.cid)) if time is not None]
            return bool(times) and max(times) < before  # what nobody knows the age of is not ours to remove

        return [one for one in held if one.cid not in named and old(one)]
