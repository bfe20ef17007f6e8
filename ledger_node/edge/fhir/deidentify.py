"""De-identified copies of FHIR resources: what the policy does not name is left out. Originals are only read."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from ledger_node.edge import attestation as attest
from ledger_node.edge import deidentified
from ledger_node.edge.archives import unpacked
from ledger_node.edge.deidentify import Deidentified
from ledger_node.edge.fhir.entries import ENDINGS
from ledger_node.edge.fhir.policy import Release, rules_digest
from ledger_node.edge.fhir.source import read_records
from ledger_node.edge.files import require_apart, require_vacant, staged, write_file
from ledger_node.edge.journal import SALT_BYTES
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits
from ledger_node.errors import InvalidField
from ledger_node.proof.strict_json import Json

FORMAT = "medledger-fhir-deidentification/1"
RISKS: tuple[Json, ...] = (
    "ids of patients and resources stay as they are: that they are pseudonyms is the hospital's word",
    "a rare code, or rare codes together, may single out a patient",
)

Progress = Callable[[int, int], None]


def deidentify_fhir(
    source: Path,
    out: Path,
    salt: bytes | None = None,
    *,
    release: Release = Release.R4,
    limits: Limits | None = None,
    progress: Progress | None = None,
    clock: attest.Clock = attest.now,
) -> Deidentified:
    """Writes `ImagingStudy.ndjson` and `Observation.ndjson` to `out`, of copies in canonical form, and their account.

    Names, identifiers, free text, narrative, extensions, contained resources and all else that the policy does not name
    are left out, dates are cut to the year, DICOM UIDs replaced under `salt` (32 bytes, fresh when not given, never
    stored) as `deidentify` replaces them in images. A resource that cannot be made clean is written nowhere. `out`
    appears whole or not at all. Raises EmptyFolder, StateConflict, InvalidField.
    """
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    if len(salt) != SALT_BYTES:
        raise InvalidField("the salt has the wrong length", got=f"{len(salt)} bytes", needed=f"{SALT_BYTES} bytes")
    require_vacant(out)
    if source.is_dir():
        require_apart(out, source)
    start = clock()
    records: list[bytes] = []
    quarantined: dict[str, tuple[Quarantine, ...]] = {}
    removed: Counter[Quarantine] = Counter()
    arguments = {"release": release.value, "salt": salt.hex()}
    with unpacked(source, out, ENDINGS) as place, staged(out) as folder:
        for seen in read_records(place, "fhir_copies", arguments, limits, progress):
            if seen.reasons:
                quarantined[seen.name] = seen.reasons
                continue
            _append(folder / f"{seen.reference.partition('/')[0]}.ndjson", seen.copy)
            records.append(seen.digest)
            removed.update(seen.removed)
        for file in folder.iterdir():
            _sync(file)
        account = _account(release, len(records), quarantined, removed, start, clock())
        write_file(folder / deidentified.NAME, deidentified.content(account, records, quarantined))
    return Deidentified(out, account, len(records), quarantined)


def _append(path: Path, line: str) -> None:
    with open(path, "ab", opener=_private) as file:
        file.write(line.encode() + b"\n")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _account(
    release: Release,
    written: int,
    quarantined: Mapping[str, tuple[Quarantine, ...]],
    removed: Mapping[Quarantine, int],
    start: datetime,
    end: datetime,
) -> dict[str, Json]:
    stayed_out: Iterable[tuple[Quarantine, ...]] = [
        reasons for reasons in quarantined.values() if reasons != (Quarantine.OTHER_RESOURCE,)
    ]
    return {
        "format": FORMAT,
        "tools": [attest.own_tool()],
        "fhirVersion": release.version,
        "rulesDigest": rules_digest(release),
        "dates": "cut to the year; instants removed",
        "uids": "replaced: 2.25 UIDs from a keyed hash, consistent inside the run, the key not stored",
        "freeText": "removed: no element with free text is kept",
        "removed": {reason.value: attest.counted(removed[reason]) for reason in sorted(removed)},
        "residualRisks": list(RISKS),
        "counts": attest.counts(written + len(list(stayed_out)), written, quarantined.values()),
        "start": attest.rfc3339(start),
        "end": attest.rfc3339(end),
        "outcome": "COMPLETED" if written else "NOTHING_WRITTEN",
    }
