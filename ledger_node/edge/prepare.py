"""From a folder or a table to a dataset version that can be registered: its documents, its manifest, its digests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from pathlib import Path

from ledger_node.domain.codes import PrivacyClaim, SizeClass
from ledger_node.edge import attestation as attest
from ledger_node.edge import deidentified
from ledger_node.edge.card import Card, require_words, whole_seconds
from ledger_node.edge.dicom import Seen, read_folder
from ledger_node.edge.files import require_apart, require_vacant
from ledger_node.edge.prepared import Prepared, Review, load_prepared, write
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.tables import read_table
from ledger_node.edge.worker import Limits
from ledger_node.errors import NothingEligible
from ledger_node.proof.strict_json import Json

__all__ = ["Prepared", "Review", "load_prepared", "prepare_dicom", "prepare_table"]

Progress = Callable[[int, int], None]

NO_REVIEW = Review()


def prepare_dicom(
    folder: Path,
    out: Path,
    subject: str,
    title: str,
    *,
    description: str = "",
    claim: PrivacyClaim = PrivacyClaim.PSEUDONYMISED,
    opt_out_checked_at: datetime | None = None,
    review: Review = NO_REVIEW,
    limits: Limits | None = None,
    progress: Progress | None = None,
    clock: attest.Clock = attest.now,
) -> Prepared:
    """Takes the eligible files of a folder into a version and writes it to `out`, whole or not at all.

    When `deidentify` wrote the folder, its account becomes part of the attestation, and records that it did not write
    stay out. Raises EmptyFolder, NothingEligible (with the counts by reason), StateConflict when `out` is in use,
    InvalidField for words that a card cannot hold, InvalidDocument for a spoilt account, ToolMissing.
    """
    require_words(subject, title, description)
    require_vacant(out)
    require_apart(out, folder)
    start = clock()
    checked_at = whole_seconds(opt_out_checked_at, start)
    run = deidentified.load(folder)
    seen = [_of_run(file, run) for file in read_folder(folder, limits, progress, frozenset({deidentified.NAME}))]
    taken = [file for file in seen if not file.reasons]
    quarantined = {file.name: file.reasons for file in seen if file.reasons}
    if not taken:
        raise _nothing(quarantined)
    codes = reduce(lambda common, file: common & set(file.options), taken, set(taken[0].options))
    card = Card(
        subject=subject,
        title=title,
        description=description,
        record_kind="DICOM_INSTANCE",
        modalities=tuple(sorted({file.modality for file in taken})),
        size_class=SizeClass.of(len(taken)),
        claim=claim,
        options=tuple(sorted(codes)),
        opt_out_checked_at=checked_at,
    )
    body: dict[str, Json] = {
        "kind": "DICOM_INSTANCE",
        "tools": [attest.own_tool(), attest.tool("pydicom")],
        "entryRule": [
            "(0012,0062) is YES",
            "(0012,0063) or (0012,0064) is present",
            "(0028,0303) is present",
            "ultrasound: (0012,0064) holds 113101 and (0028,0301) is NO",
        ],
        "evidence": "declared by the files" if run is None else "made and checked by the run below",
        "longitudinal": [*sorted({file.longitudinal for file in taken})],
        "deidentification": None if run is None else run.account,
        "counts": attest.counts(len(seen), len(taken), quarantined.values()),
    }
    records = [(file.instance, file.digest) for file in taken]
    return write(out, card, body, records, quarantined, review, start, clock)


def prepare_table(
    csv: Path,
    out: Path,
    subject: str,
    title: str,
    *,
    label: str = "label",
    description: str = "",
    claim: PrivacyClaim = PrivacyClaim.PSEUDONYMISED,
    opt_out_checked_at: datetime | None = None,
    allow_columns: Iterable[str] = (),
    review: Review = NO_REVIEW,
    progress: Progress | None = None,
    clock: attest.Clock = attest.now,
) -> Prepared:
    """Takes every row of a table into a version and writes it to `out`, whole or not at all.

    `label` names the label's column; `allow_columns` names columns that sound like an identifier and are none. Raises
    InvalidTable, NothingEligible for a table without rows, and as `prepare_dicom`.
    """
    require_words(subject, title, description)
    require_vacant(out)
    start = clock()
    checked_at = whole_seconds(opt_out_checked_at, start)
    table = read_table(csv, label, frozenset(allow_columns), progress)
    if not table.digests:
        raise NothingEligible("the table has no rows", got="0 rows", needed="at least one", counts={})
    card = Card(
        subject=subject,
        title=title,
        description=description,
        record_kind="TABLE_ROW",
        modalities=("TABULAR",),
        size_class=SizeClass.of(len(table.digests)),
        claim=claim,
        columns=table.columns,
        label=table.label,
        opt_out_checked_at=checked_at,
    )
    body: dict[str, Json] = {
        "kind": "TABLE_ROW",
        "tools": [attest.own_tool()],
        "entryRule": [
            "features are numbers or absent, the label is a number or one of a few words",
            "no column is named like a direct identifier of 45 CFR 164.514(b)(2)(i)",
        ],
        "evidence": "names of columns and forms of cells were checked; what the numbers mean was not",
        "longitudinal": [],
        "deidentification": None,
        "counts": attest.counts(len(table.digests), len(table.digests), ()),
    }
    records = [(f"row-{number}", digest) for number, digest in enumerate(table.digests, start=1)]
    return write(out, card, body, records, {}, review, start, clock)


def _of_run(file: Seen, run: deidentified.Run | None) -> Seen:
    if run is None or file.reasons or file.digest in run.records:
        return file
    return Seen(file.name, (Quarantine.NOT_OF_THIS_RUN,))


def _nothing(quarantined: Mapping[str, tuple[Quarantine, ...]]) -> NothingEligible:
    counts = Counter(reason.value for reasons in quarantined.values() for reason in reasons)
    told = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
    error = NothingEligible("no file may enter", got=told, needed="de-identified files", counts=dict(counts))
    error.quarantined = {name: [reason.value for reason in reasons] for name, reasons in quarantined.items()}
    return error
