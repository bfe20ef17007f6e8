"""What a run over many files has done, so that the next one goes on where it was interrupted.

A private file (0600) beside the output, `.NAME.journal`: a first line that says which run it is, then a line for each
file. It names files and may hold a salt, so it goes with the run: when that ends, and when it fails. An interruption
(Ctrl-C, a killed process, a cut) leaves it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from ledger_node.edge import attestation as attest
from ledger_node.edge.files import lock_open, unwritable
from ledger_node.edge.worker import Limits
from ledger_node.proof.strict_json import Json

FORMAT = "medledger-journal/1"
SALT_BYTES = 32
Entry = dict[str, Any]
#: Told once, when a journal was there: how many files were done, of how many there are.
Resumed = Callable[[int, int], None]


@dataclass(slots=True)
class Journal:
    """`done` has the entries of files that are as they were; `start` is when the first run of them all began."""

    start: datetime
    salt: bytes = field(default=b"", repr=False)
    done: dict[str, Entry] = field(default_factory=dict)
    added: int = 0
    _file: IO[bytes] | None = None
    _path: Path | None = None
    _was_there: bool = False
    _states: dict[str, list[int]] = field(default_factory=dict)

    def begin(self, folder: Path, names: Iterable[str], archived: bool = False, resumed: Resumed | None = None) -> None:
        """Looks at each file and forgets what was changed. An archive's members are made anew each time: their size
        alone counts, and the archive is part of what run it is."""
        if self._file is None:
            return
        for name in names:
            state = state_of(folder / name)
            self._states[name] = state[:1] if archived else state
        self.done = {name: one for name, one in self.done.items() if self._states.get(name) == one["state"]}
        if resumed is not None and self._was_there:
            resumed(len(self.done), len(self._states))

    def add(self, name: str, **entry: Any) -> None:
        """Before the next file is begun. Raises StateConflict when there is no room."""
        if self._file is not None:
            self._line({"file": name, "state": self._states[name], **entry})
            self.added += 1

    def end(self) -> None:
        """Takes the file away: before its run's output appears, so that no salt is left beside it."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _line(self, content: Mapping[str, Any]) -> None:
        assert self._file is not None
        try:
            self._file.write(json.dumps(content).encode() + b"\n")
            self._file.flush()
        except OSError as failure:
            raise unwritable(failure) from failure


def state_of(path: Path) -> list[int]:
    """Size, time of the last change and inode; empty when it has gone. Links are not followed."""
    try:
        state = path.lstat()
    except OSError:
        return []
    return [state.st_size, state.st_mtime_ns, state.st_ino]


def identity_of(task: str, source: Path, limits: Limits, **options: Json) -> dict[str, Json]:
    """Which run it is: what would change its outcome, files aside."""
    archive: list[Json] = [*state_of(source)] if source.is_file() else []
    limited: list[Json] = [limits.memory, str(limits.seconds)]
    software = attest.own_tool()
    return {
        "task": task,
        "source": os.fsencode(source.resolve()).hex(),
        "archive": archive,
        "limits": limited,
        "software": software,
        **options,
    }


@contextmanager
def journal(out: Path, run: Mapping[str, Json], start: datetime, salt: bytes | None = None) -> Iterator[Journal]:
    """The journal of a run that says what it is: of another run nothing is used.

    `salt` is part of that; without one the journal has a fresh one, or that of the run that it goes on with. Raises
    StateConflict when it cannot be written, and when another run has it.
    """
    path = out.parent / f".{out.name}.journal"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b")
    except OSError as failure:
        raise unwritable(failure) from failure
    with file:
        lock_open(file.fileno(), path, "another run writes there")
        head: dict[str, Any] = {"format": FORMAT, "run": dict(run), "given": salt is not None}
        made = _read(file, head, salt) or _fresh(file, head, start, salt)
        made._path = path
        try:
            yield made
        except BaseException as failure:
            if not isinstance(failure, KeyboardInterrupt) or not (made.done or made.added):
                made.end()
            raise
        made.end()


def _read(file: IO[bytes], head: Mapping[str, Any], salt: bytes | None) -> Journal | None:
    """None for the journal of another run, and for one whose first line is not whole."""
    whole, first = 0, None
    done: dict[str, Entry] = {}
    for line in file:
        try:
            entry = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            break  # the line at which it was cut
        whole += len(line)
        if first is None:
            first = entry
        else:
            done[entry["file"]] = entry
    if first is None or {**first, "salt": None, "start": None} != {**head, "salt": None, "start": None}:
        return None
    if salt is not None and first["salt"] != salt.hex():
        return None
    file.truncate(whole)
    file.seek(whole)
    return Journal(
        datetime.fromisoformat(first["start"]), bytes.fromhex(first["salt"]), done, _file=file, _was_there=True
    )


def _fresh(file: IO[bytes], head: Mapping[str, Any], start: datetime, salt: bytes | None) -> Journal:
    was_there = file.seek(0, os.SEEK_END) > 0
    file.seek(0)
    file.truncate()
    made = Journal(start, salt or secrets.token_bytes(SALT_BYTES), _file=file, _was_there=was_there)
    made._line({**head, "salt": made.salt.hex(), "start": start.isoformat()})
    return made
