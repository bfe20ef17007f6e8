"""De-identification of ultrasound images: copies are written, originals are only read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger_node.edge import attestation as attest
from ledger_node.edge import deidentified
from ledger_node.edge.account import Tally, account, tools
from ledger_node.edge.archives import is_archive, unpacked
from ledger_node.edge.cleaning import PARTIAL
from ledger_node.edge.dicom import files_of
from ledger_node.edge.files import clear, require_apart, require_vacant, staged, write_file
from ledger_node.edge.journal import SALT_BYTES, Journal, Resumed, identity_of, journal
from ledger_node.edge.patients.pseudonyms import Identity, Pseudonyms, read_list, require_place, table
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.text import PACKAGES
from ledger_node.edge.worker import IMAGES, Limits, Worker, require_packages
from ledger_node.errors import InvalidField
from ledger_node.proof.strict_json import Json

#: Looking for text takes a quarter of a second a frame and more, twice, and room for the detector.
LOOKING = Limits(memory=3 << 30, seconds=1_800.0)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Deidentified:
    """`account` is public and holds no name; `quarantined` maps file names to reasons and stays in the hospital."""

    folder: Path
    account: Mapping[str, Json]
    written: int
    quarantined: Mapping[str, tuple[Quarantine, ...]]


@dataclass(frozen=True, slots=True)
class _Run:
    """What holds for every file of a run."""

    salt: bytes = field(repr=False)
    pseudonyms: Pseudonyms
    refuse_clipped: bool
    detect_text: bool
    limits: Limits
    key_out: Path | None

    @property
    def packages(self) -> tuple[str, ...]:
        return (*IMAGES, *PACKAGES) if self.detect_text else IMAGES


def deidentify(
    source: Path,
    out: Path,
    salt: bytes | None = None,
    *,
    refuse_clipped: bool = False,
    pseudonyms: Path | None = None,
    key_out: Path | None = None,
    detect_text: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
    resumed: Resumed | None = None,
    clock: attest.Clock = attest.now,
) -> Deidentified:
    """Writes a de-identified copy of every ultrasound image in `source`, a folder or a .zip archive, to `out`, and the
    account of it beside them.

    `salt` (32 bytes, fresh when not given, never stored) ties the new UIDs and pseudonyms together: runs with one salt
    agree on them. `pseudonyms` is the hospital's own list instead (`pseudonyms.read_list`), `key_out` a new file for
    the key between the patients of the copies and their pseudonyms, which is written nowhere else. Files without
    declared regions are written nowhere; with `refuse_clipped` those whose regions reach beyond the image stay out as
    well. With `detect_text` (the extra `text`) areas with text are blanked inside the regions, files without regions
    are written but for such areas, and no file is written in which text is still found. `out` appears whole or not at
    all, and may hold no image when none could be done. What was interrupted goes on where it was, under the salt that
    it had (`journal`), and `resumed` is told.

    Raises EmptyFolder, StateConflict when `out` is in use or inside `source`, or `key_out` is in use or inside either,
    InvalidField, InvalidTable, ToolMissing.
    """
    require_packages("dicomanonymizer", "pydicom", "numpy", "PIL")
    if detect_text:
        require_packages(*PACKAGES, extra="text")
    if salt is not None and len(salt) != SALT_BYTES:
        raise InvalidField("the salt has the wrong length", got=f"{len(salt)} bytes", needed=f"{SALT_BYTES} bytes")
    require_vacant(out)
    require_apart(out, source)
    if key_out is not None:
        require_place(key_out, out, source)
    limits = limits or (LOOKING if detect_text else Limits())
    listed = None if pseudonyms is None else read_list(pseudonyms)
    identity = identity_of(
        "deidentify",
        source,
        limits,
        refuseClipped=refuse_clipped,
        detectText=detect_text,
        withKey=key_out is not None,
        pseudonyms=None if listed is None else hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest(),
        tools=tools(detect_text),
    )
    with journal(out, identity, clock(), salt) as made, unpacked(source, out) as place:
        run = _Run(made.salt, Pseudonyms.under(made.salt, listed), refuse_clipped, detect_text, limits, key_out)
        return _copies(place, out, run, made, is_archive(source), progress, resumed, clock)


def _copies(
    source: Path,
    out: Path,
    run: _Run,
    made: Journal,
    archived: bool,
    progress: Progress | None,
    resumed: Resumed | None,
    clock: attest.Clock,
) -> Deidentified:
    files = files_of(source)
    records: list[bytes] = []
    quarantined: dict[str, tuple[Quarantine, ...]] = {}
    known: set[tuple[Identity, str]] = set()
    tally = Tally()
    with ExitStack() as undone:
        with staged(out, keep=True) as folder, Worker(run.limits, run.packages) as worker:
            _keep_what_is_known(folder, made)
            made.begin(source, (name for name, regular in files if regular), archived, resumed)
            _keep_what_is_known(folder, made)  # copies of files that were changed go
            for done, (name, regular) in enumerate(files, start=1):
                whose, answer = _done(worker, source, name, folder, run, made) if regular else (None, _NO_FILE)
                reasons = _reasons(answer)
                if reasons or answer is None:
                    quarantined[name] = reasons
                else:
                    records.append(bytes.fromhex(answer["digest"]))
                    tally.add(answer)
                    known.update([whose] if whose else [])
                if progress is not None:
                    progress(done, len(files))
            said = account(
                len(files), len(records), quarantined, tally, run.pseudonyms.rule, run.detect_text, made.start, clock()
            )
            write_file(folder / deidentified.NAME, deidentified.content(said, records, quarantined))
            if run.key_out is not None:
                write_file(run.key_out, table(known))
                undone.callback(run.key_out.unlink)
            made.end()
        undone.pop_all()  # the copies are there, and so the key stays
    return Deidentified(out, said, len(records), quarantined)


_NO_FILE: dict[str, Any] = {"reasons": [Quarantine.NOT_REGULAR_FILE]}


def _keep_what_is_known(folder: Path, made: Journal) -> None:
    """Copies and entries that belong together stay: a run may be killed between the two."""
    copies = {f"{digest}.dcm": name for name, one in made.done.items() if (digest := _digest(one["answer"]))}
    clear(folder, copies)
    for copy in copies.keys() - {path.name for path in folder.iterdir()}:
        del made.done[copies[copy]]


def _digest(answer: Mapping[str, Any] | None) -> str:
    return "" if answer is None or _reasons(answer) else str(answer["digest"])


def _done(
    worker: Worker, source: Path, name: str, folder: Path, run: _Run, made: Journal
) -> tuple[tuple[Identity, str] | None, Any]:
    """As `_copy`; by the journal when it was done before."""
    if name in made.done:
        whose = made.done[name]["whose"]
        return (whose and (Identity(*whose[0]), whose[1])), made.done[name]["answer"]
    whose, answer = _copy(worker, source / name, folder, run)
    if answer is None:
        (folder / PARTIAL).unlink(missing_ok=True)  # what a broken child left
    if _reasons(answer) != (Quarantine.DUPLICATE_INSTANCE,):  # that depends on another file, which may change
        made.add(name, answer=answer, whose=whose if run.key_out is not None else None)
    return whose, answer


def _copy(worker: Worker, path: Path, folder: Path, run: _Run) -> tuple[tuple[Identity, str] | None, Any]:
    """Whose a file is, when it says so, with the pseudonym; and the child's answer, None when it broke."""
    seen = worker.ask("identify", path=str(path))
    if seen is None or "failed" in seen or seen["reasons"]:
        return None, seen
    identity = Identity(*seen["identity"])
    pseudonym = run.pseudonyms.of(identity)
    if pseudonym is None:
        return None, {"reasons": [Quarantine.NO_PSEUDONYM]}
    answer = worker.ask(
        "clean",
        path=str(path),
        folder=str(folder),
        salt=run.salt.hex(),
        refuse_clipped=run.refuse_clipped,
        identity=identity,
        pseudonym=pseudonym,
        detect_text=run.detect_text,
    )
    return ((identity, pseudonym) if pseudonym else None), answer


def _reasons(answer: Mapping[str, Any] | None) -> tuple[Quarantine, ...]:
    if answer is None:
        return (Quarantine.UNREADABLE,)
    if "failed" in answer:
        return (Quarantine.DEIDENTIFICATION_FAILED,)
    return tuple(Quarantine(reason) for reason in answer["reasons"])
