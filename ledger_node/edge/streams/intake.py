"""From the folder that devices fill to the log: each file is looked at in a child process, then kept or set aside.

A file is moved only after its record is on the disk, so a process that is killed between both finds the record known
and moves the file then. What is kept is named by its place in the log, what is set aside by a number: devices write
names into file names.
"""

from __future__ import annotations

import os
import stat
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ledger_node.edge.dicom import Seen, inspect_file
from ledger_node.edge.entering import entering
from ledger_node.edge.files import unwritable
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.streams.log import Now, Record, StreamLog, Taken
from ledger_node.edge.streams.objections import Objections
from ledger_node.edge.worker import Worker
from ledger_node.errors import StateConflict

ACCEPTED, QUARANTINED = "accepted", "quarantined"
MOST = 64  # files of one transaction
#: The end of a name that the receiver gives a file once all of it is on the disk.
RECEIVED = ".received"


def kept_at(folder: Path, position: int) -> Path:
    """Where the file of the record at a position lies, a thousand in one folder."""
    number = f"{position:012d}"
    return folder / ACCEPTED / number[:-3] / f"{number}.dcm"


@dataclass(slots=True)
class Counts:
    """What came so far: `again` are records that were there already."""

    accepted: int = 0
    again: int = 0
    quarantined: Counter[Quarantine] = field(default_factory=Counter)


class Intake:
    """`incoming` and `folder` must be on one file system. A file is complete when it was not written to for
    `settle_seconds`, or at once when whoever writes it renames it into place and the name says so: see `receiver`."""

    def __init__(
        self,
        log: StreamLog,
        folder: Path,
        incoming: Path,
        worker: Worker,
        settle_seconds: float,
        objections: Objections | None = None,
        now: Now = time.time,
    ) -> None:
        self._log = log
        self._folder = folder
        self._incoming = incoming
        self._worker = worker
        self._settle_seconds = settle_seconds
        self._objections = objections
        self._now = now
        self.counts = Counts()
        for made in (incoming, folder / ACCEPTED, folder / QUARANTINED):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
        if incoming.stat().st_dev != folder.stat().st_dev:
            raise StateConflict(
                "files cannot be moved from the watched folder", got="two file systems", needed="both on one"
            )

    def step(self) -> int:
        """Takes files that are complete; how many were dealt with. Raises StateConflict when there is no room, and
        ChoicesUnreadable: what was not dealt with is where it was."""
        try:
            return self._step()
        except OSError as failure:
            raise unwritable(failure) from failure

    def _step(self) -> int:
        found = list(islice(self._complete(), MOST))
        choices = self._objections.now() if found and self._objections else None
        looked_at = [(path, one) for path in found if (one := self._look(path)) is not None]
        seen = [(path, entering(one, None, choices)) for path, one in looked_at]
        eligible = [(path, one) for path, one in seen if not one.reasons]
        taken = self._log.take([Record(one.digest, one.instance) for _, one in eligible])
        for path, one in seen:
            if one.reasons:
                self._set_aside(path, one.reasons)
        for (path, _), place in zip(eligible, taken, strict=True):
            if place is None:
                self._set_aside(path, (Quarantine.DUPLICATE_INSTANCE,))
            else:
                self._keep(path, place)
        return len(seen)

    def _complete(self) -> Iterator[Path]:
        """Files below the watched folder, whatever they are; links and devices too, which are set aside unopened."""
        written_before = self._now() - self._settle_seconds
        for place, folders, names in os.walk(self._incoming, followlinks=False):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            links = [name for name in folders if os.path.islink(os.path.join(place, name))]
            for name in sorted((*names, *links)):
                path = Path(place, name)
                if name.startswith("."):
                    continue  # still being written, by its writer's own word
                try:
                    state = path.lstat()
                except FileNotFoundError:
                    continue
                if name.endswith(RECEIVED) or state.st_mtime <= written_before:
                    yield path

    def _look(self, path: Path) -> Seen | None:
        """None when it has gone meanwhile."""
        try:
            regular = stat.S_ISREG(path.lstat().st_mode)
        except FileNotFoundError:
            return None
        if not regular:
            return Seen(path.name, (Quarantine.NOT_REGULAR_FILE,))
        return inspect_file(self._worker, path.parent, path.name)

    def _keep(self, path: Path, place: Taken) -> None:
        kept = kept_at(self._folder, place.position)
        self._move(path, kept.parent, kept.name)
        if place.known:
            self.counts.again += 1
        else:
            self.counts.accepted += 1

    def _set_aside(self, path: Path, reasons: tuple[Quarantine, ...]) -> None:
        self.counts.quarantined[reasons[0]] += 1
        self._move(path, self._folder / QUARANTINED / reasons[0].value, f"{time.time_ns():020d}")

    @staticmethod
    def _move(path: Path, folder: Path, name: str) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        os.rename(path, folder / name)
