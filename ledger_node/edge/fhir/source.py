"""The parent's side: files of a FHIR export, read by a child, and of every entry what may be known about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_node.edge.dicom import files_of
from ledger_node.edge.fhir.entries import is_fhir, is_lines
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits, Worker
from ledger_node.errors import InvalidField

MOST = 256  # entries in one request
MOST_BREAKS = 16  # lines in a row that break the child, before the file is given up

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry, by file and number (`Observation.000.ndjson:17`, the first is 1), or a file that cannot be read.

    Without reasons it is eligible: `digest` (32 bytes), `reference` (`Observation/123`), `patient` (the local
    pseudonym), `modalities`; in a cleaning also `copy`, its canonical form, and `removed`, what was taken out of it.
    """

    name: str
    reasons: tuple[Quarantine, ...]
    digest: bytes = b""
    reference: str = ""
    patient: str = ""
    modalities: tuple[str, ...] = ()
    copy: str = ""
    removed: tuple[Quarantine, ...] = ()


def read_records(
    source: Path,
    task: str,
    arguments: dict[str, Any],
    limits: Limits | None = None,
    progress: Progress | None = None,
    leave_out: frozenset[str] = frozenset(),
) -> Iterator[Seen]:
    """Every record of a source, in the order of names and entries; `task` is `fhir_records` or `fhir_copies`.

    Of resources that come twice (same type and id) the first is taken. Resources of other types are told once for each
    file: an export has files of patients and encounters, too. Raises EmptyFolder, InvalidField for no such source.
    """
    taken: set[str] = set()
    others: set[str] = set()
    for name, entry in read_entries(source, task, arguments, limits, progress, leave_out):
        seen = _seen(name, entry)
        if seen.reasons == (Quarantine.OTHER_RESOURCE,):
            file = name.rpartition(":")[0]
            if file in others:
                continue
            others.add(file)
        elif not seen.reasons and seen.reference in taken:
            seen = Seen(name, (Quarantine.DUPLICATE_RESOURCE,))
        taken.add(seen.reference)
        yield seen


def read_entries(
    source: Path,
    task: str,
    arguments: dict[str, Any],
    limits: Limits | None = None,
    progress: Progress | None = None,
    leave_out: frozenset[str] = frozenset(),
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The child's answer for each entry of each file, with the entry's name; `{"reasons": [...]}` for what broke it."""
    files = _files(source, leave_out)
    with Worker(limits or Limits(), ()) as worker:
        for done, (name, regular) in enumerate(files, start=1):
            path = source / name if source.is_dir() else source
            if not regular:
                yield name, {"reasons": [Quarantine.NOT_REGULAR_FILE]}
            elif not is_fhir(name):
                yield name, {"reasons": [Quarantine.NOT_FHIR]}
            else:
                yield from _entries(worker, path, name, task, arguments)
            if progress is not None:
                progress(done, len(files))


def _files(source: Path, leave_out: frozenset[str]) -> list[tuple[str, bool]]:
    if source.is_dir():
        return files_of(source, leave_out)
    if not source.is_file() or not is_fhir(source.name):
        raise InvalidField(
            "the source is no FHIR export",
            got="another kind of file" if source.exists() else "nothing there",
            needed="a folder, or a file .ndjson, .json, .ndjson.gz, .json.gz, .zip",
        )
    return [(source.name, not source.is_symlink())]


def _entries(
    worker: Worker, path: Path, name: str, task: str, arguments: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """One file. After a request that broke the child its entries are asked for one by one, until the one is found."""
    at, breaks, careful = 0, 0, 0
    while True:
        answer = worker.ask(task, path=str(path), at=at, most=1 if careful else MOST, **arguments)
        if answer is None and not careful and is_lines(name):
            careful = MOST
            continue
        if answer is None and is_lines(name) and breaks < MOST_BREAKS:
            answer, breaks = {"entries": [{"reasons": [Quarantine.UNREADABLE]}], "done": False}, breaks + 1
        elif answer is None or "failed" in answer:
            answer = {"broken": Quarantine.UNREADABLE}
        else:
            breaks = 0
        for place, entry in enumerate(answer.get("entries", ()), start=at + 1):
            yield f"{name}:{place}", entry
        at += len(answer.get("entries", ()))
        careful = max(0, careful - 1)
        if "broken" in answer:
            yield name, {"reasons": [answer["broken"]]}
        if "broken" in answer or answer["done"]:
            return


def _seen(name: str, entry: dict[str, Any]) -> Seen:
    reasons = tuple(Quarantine(reason) for reason in entry["reasons"])
    if reasons:
        return Seen(name, reasons)
    return Seen(
        name=name,
        reasons=(),
        digest=bytes.fromhex(entry["digest"]),
        reference=entry["reference"],
        patient=entry["patient"],
        modalities=tuple(entry["modalities"]),
        copy=entry.get("copy", ""),
        removed=tuple(Quarantine(reason) for reason in entry.get("removed", ())),
    )
