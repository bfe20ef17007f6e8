"""De-identification of ultrasound images: copies are written, originals are only read."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ledger_node.edge import attestation as attest
from ledger_node.edge import deidentified, evidence
from ledger_node.edge.attributes import EDITION, rules_digest
from ledger_node.edge.cleaning import PARTIAL
from ledger_node.edge.dicom import files_of
from ledger_node.edge.files import require_apart, require_vacant, staged, write_file
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits, Worker, require_packages
from ledger_node.errors import InvalidField
from ledger_node.proof.strict_json import Json

FORMAT = "medledger-deidentification/1"
SALT_BYTES = 32
TOOLS = ("dicom-anonymizer", "pydicom", "pillow", "numpy")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Deidentified:
    """`account` is public and holds no name; `quarantined` maps file names to reasons and stays in the hospital."""

    folder: Path
    account: Mapping[str, Json]
    written: int
    quarantined: Mapping[str, tuple[Quarantine, ...]]


@dataclass(slots=True)
class _Tally:
    regions: int = 0
    clipped: int = 0
    outside: int = 0


def deidentify(
    source: Path,
    out: Path,
    salt: bytes | None = None,
    *,
    refuse_clipped: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
    clock: attest.Clock = attest.now,
) -> Deidentified:
    """Writes a de-identified copy of every ultrasound image below `source` to `out`, and the account of it beside them.

    `salt` (32 bytes, fresh when not given, never stored) ties the new UIDs together: runs with one salt agree on them.
    Files without declared regions are written nowhere; with `refuse_clipped` those whose regions reach beyond the image
    stay out as well. `out` appears whole or not at all, and may hold no image when none could be done.

    Raises EmptyFolder, StateConflict when `out` is in use or inside `source`, InvalidField, ToolMissing.
    """
    require_packages("dicomanonymizer", "pydicom", "numpy", "PIL")
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    if len(salt) != SALT_BYTES:
        raise InvalidField("the salt has the wrong length", got=f"{len(salt)} bytes", needed=f"{SALT_BYTES} bytes")
    require_vacant(out)
    require_apart(out, source)
    start = clock()
    files = files_of(source)
    records: list[bytes] = []
    quarantined: dict[str, tuple[Quarantine, ...]] = {}
    tally = _Tally()
    with staged(out) as folder, Worker(limits or Limits()) as worker:
        for done, (name, regular) in enumerate(files, start=1):
            request = {"folder": str(folder), "salt": salt.hex(), "refuse_clipped": refuse_clipped}
            answer = worker.ask("clean", path=str(source / name), **request) if regular else None
            if answer is None:
                (folder / PARTIAL).unlink(missing_ok=True)  # what a broken child left
            reasons = _reasons(answer, regular)
            if reasons or answer is None:
                quarantined[name] = reasons
            else:
                records.append(bytes.fromhex(answer["digest"]))
                tally.regions += answer["declared"]
                tally.clipped += answer["clipped"]
                tally.outside += answer["outside"]
            if progress is not None:
                progress(done, len(files))
        account = _account(len(files), len(records), quarantined, tally, start, clock())
        write_file(folder / deidentified.NAME, deidentified.content(account, records, quarantined))
    return Deidentified(out, account, len(records), quarantined)


def _reasons(answer: Mapping[str, list[str]] | None, regular: bool) -> tuple[Quarantine, ...]:
    if not regular:
        return (Quarantine.NOT_REGULAR_FILE,)
    if answer is None:
        return (Quarantine.UNREADABLE,)
    if "failed" in answer:
        return (Quarantine.DEIDENTIFICATION_FAILED,)
    return tuple(Quarantine(reason) for reason in answer["reasons"])


def _account(
    came: int,
    written: int,
    quarantined: Mapping[str, tuple[Quarantine, ...]],
    tally: _Tally,
    start: datetime,
    end: datetime,
) -> dict[str, Json]:
    risks: list[Json] = list(evidence.RESIDUAL_RISKS)
    return {
        "format": FORMAT,
        "tools": [
            attest.own_tool(),
            *(attest.tool(name) for name in TOOLS),
        ],
        "edition": f"PS3.15 {EDITION}",
        "rulesDigest": rules_digest(),
        "options": list(evidence.CODES),
        "dates": "removed: no date and no time is kept; (0028,0303) is REMOVED; times between frames are kept",
        "uids": "replaced: 2.25 UIDs from a keyed hash, consistent inside the run, the key not stored",
        "privateTags": "removed, at every depth",
        "freeText": "removed: no attribute with free text is kept",
        "pixels": {
            "method": evidence.PIXEL_METHOD,
            "burnedInAnnotation": evidence.BURNED_IN,
            "regions": attest.counted(tally.regions) if tally.regions else "NONE",
            "regionsCutAtTheEdge": attest.counted(tally.clipped) if tally.clipped else "NONE",
            "regionsOutsideTheImage": attest.counted(tally.outside) if tally.outside else "NONE",
        },
        "residualRisks": risks,
        "counts": attest.counts(came, written, quarantined.values()),
        "start": attest.rfc3339(start),
        "end": attest.rfc3339(end),
        "outcome": "COMPLETED" if written else "NOTHING_WRITTEN",
    }
