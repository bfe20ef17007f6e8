"""Reading a folder of DICOM files in child processes, so that no file can hurt more than itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger_node.edge.journal import Journal, Resumed
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits, Worker
from ledger_node.edge.workers import Workers
from ledger_node.errors import EmptyFolder

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """One file, by its name inside the folder. Without reasons it is eligible, and the rest is filled in.

    `digest` is the record digest (32 bytes); `instance` the SOP Instance UID; `patient` the pseudonym in (0010,0020),
    empty when there is none; `options` the codes of CID 7050 in
    (0012,0064); `longitudinal` the term in (0028,0303).
    """

    name: str
    reasons: tuple[Quarantine, ...]
    digest: bytes = b""
    instance: str = ""
    modality: str = ""
    options: tuple[int, ...] = ()
    longitudinal: str = ""
    patient: str = ""


def files_of(folder: Path, leave_out: frozenset[str] = frozenset()) -> list[tuple[str, bool]]:
    """All files below a folder, sorted: the name inside it, and whether it is a regular file. Links are not followed.

    What goes while it is listed is not listed. A folder that may not be opened is, as no regular file. Raises
    EmptyFolder when there is nothing to read.
    """
    found: list[tuple[str, bool]] = []

    def closed(failure: OSError) -> None:
        found.append((os.path.relpath(failure.filename, folder).replace(os.sep, "/"), False))

    for place, folders, names in os.walk(folder, onerror=closed, followlinks=False):
        inside = os.path.relpath(place, folder).replace(os.sep, "/")
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in (*names, *links):
            path = os.path.join(place, name)
            try:
                regular = stat.S_ISREG(os.lstat(path).st_mode)
            except FileNotFoundError:
                continue
            found.append((name if inside == "." else f"{inside}/{name}", regular))
    files = sorted(entry for entry in found if entry[0] not in leave_out and entry[0] != ".")
    if not files:
        raise EmptyFolder("there is nothing to read", got="0 files", needed="a folder with DICOM files")
    return files


def read_folder(
    folder: Path,
    limits: Limits | None = None,
    progress: Progress | None = None,
    leave_out: frozenset[str] = frozenset(),
    journal: Journal | None = None,
    archived: bool = False,
    resumed: Resumed | None = None,
) -> Iterator[Seen]:
    """Every file below `folder`, in the order of the names. One that breaks its child is UNREADABLE, the rest goes on.

    Of instances or records that come twice the first is taken. What a `journal` has done is not read again; a folder
    that was unpacked from an archive is `archived`. Raises EmptyFolder, ToolMissing.
    """
    files = files_of(folder, leave_out)
    journal = journal or Journal(datetime.min)
    journal.begin(folder, (name for name, regular in files if regular), archived, resumed)
    taken: set[str | bytes] = set()
    with Workers(limits or Limits()) as workers:
        left = (name for name, regular in files if regular and name not in journal.done)
        answers = workers.ask_all("inspect", ({"path": str(folder / name)} for name in left))
        for done, (name, regular) in enumerate(files, start=1):
            if not regular:
                seen = Seen(name, (Quarantine.NOT_REGULAR_FILE,))
            elif name in journal.done:
                seen = _seen(name, journal.done[name]["answer"])
            else:
                answer = next(answers)
                journal.add(name, answer=answer)
                seen = _seen(name, answer)
            if not seen.reasons:
                if seen.instance in taken or seen.digest in taken:
                    seen = Seen(name, (Quarantine.DUPLICATE_INSTANCE,))
                else:
                    taken.update((seen.instance, seen.digest))
            yield seen
            if progress is not None:
                progress(done, len(files))


def inspect_file(worker: Worker, folder: Path, name: str) -> Seen:
    """One regular file, by the rule of entry. UNREADABLE when it broke its child."""
    return _seen(name, worker.ask("inspect", path=str(folder / name)))


def _seen(name: str, answer: dict[str, Any] | None) -> Seen:
    if answer is None or "failed" in answer:
        return Seen(name, (Quarantine.UNREADABLE,))
    reasons = tuple(Quarantine(reason) for reason in answer["reasons"])
    if not reasons and not answer["instance"]:
        reasons = (Quarantine.UNREADABLE,)
    if reasons:
        return Seen(name, reasons)
    return Seen(
        name=name,
        reasons=(),
        digest=bytes.fromhex(answer["digest"]),
        instance=answer["instance"],
        modality=answer["modality"],
        options=tuple(answer["options"]),
        longitudinal=answer["longitudinal"],
        patient=answer["patient"],
    )
