"""Whose each record of a version is: `patients.csv` in its folder, for the hospital alone, so that one can withdraw.

Two columns, `record` (the manifest's reference) and `patient` (the local pseudonym). Who erases a record takes its line
away with the manifest's row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from pathlib import Path

from ledger_node.edge.files import replace_file
from ledger_node.errors import InvalidDocument, NotFound

NAME = "patients.csv"
HEADER = ["record", "patient"]


def content(pairs: Iterable[tuple[str, str]]) -> bytes:
    """The file of pairs of record and patient."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADER)
    rows.writerows(pairs)
    return text.getvalue().encode()


def records_of(folder: Path, patients: Collection[str]) -> set[str]:
    """The records of these patients. Raises NotFound when one has none, and as `load`."""
    wanted = set(patients)
    found = {record: patient for record, patient in load(folder).items() if patient in wanted}
    missing = wanted - set(found.values())
    if missing:
        raise NotFound("patients have no record in this version", got=f"{len(missing)} of {len(wanted)} pseudonyms")
    return set(found)


def forget(folder: Path, records: Collection[str]) -> None:
    """Takes their lines away, where there are any; their bytes in the old file are overwritten."""
    if not (folder / NAME).exists():
        return
    known = load(folder)
    left = [(record, patient) for record, patient in known.items() if record not in records]
    if len(left) < len(known):
        replace_file(folder / NAME, content(left))


def load(folder: Path) -> dict[str, str]:
    """Patients by record. Raises NotFound for a version that does not say, InvalidDocument for a spoilt file."""
    try:
        with (folder / NAME).open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, strict=True)
            if next(rows, None) != HEADER:
                raise InvalidDocument(f"{NAME} is spoilt", got="another header", needed="record,patient")
            return dict(rows)
    except OSError as failure:
        raise NotFound(
            "the version does not say whose its records are",
            got=type(failure).__name__,
            needed=f"{NAME}, which prepare writes for FHIR resources and for images with a pseudonym in (0010,0020)",
        ) from None
    except (ValueError, csv.Error) as failure:
        raise InvalidDocument(f"{NAME} is spoilt", got=type(failure).__name__, needed="record,patient") from None
