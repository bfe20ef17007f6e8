"""From a folder or a table to a dataset version that can be registered: its documents, its manifest, its digests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from pathlib import Path

from ledger_node.domain.codes import PrivacyClaim, SizeClass
from ledger_node.edge import attestation as attest
from ledger_node.edge import deidentified
from ledger_node.edge.about import NOTHING, About, require_about
from ledger_node.edge.archives import is_archive, unpacked
from ledger_node.edge.card import Card, require_words
from ledger_node.edge.dicom import read_folder
from ledger_node.edge.entering import entering, nothing_eligible
from ledger_node.edge.files import require_apart, require_vacant
from ledger_node.edge.journal import Resumed, identity_of, journal
from ledger_node.edge.manifest.records import Records
from ledger_node.edge.patients.account import account, checked
from ledger_node.edge.patients.choices import Choices, Sources
from ledger_node.edge.prepared import Prepared, Review, load_prepared, write
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.tables.policy import Policy
from ledger_node.edge.tables.reading import Table, read_table
from ledger_node.edge.worker import Limits
from ledger_node.errors import InvalidField, NothingEligible
from ledger_node.proof.strict_json import Json

__all__ = ["Prepared", "Review", "load_prepared", "prepare_dicom", "prepare_table"]

Progress = Callable[[int, int], None]

NO_REVIEW = Review()
POLICY = Policy()


def prepare_dicom(
    folder: Path,
    out: Path,
    subject: str,
    title: str,
    *,
    description: str = "",
    about: About = NOTHING,
    claim: PrivacyClaim = PrivacyClaim.PSEUDONYMISED,
    patients: Sources | None = None,
    opt_out_checked_at: datetime | None = None,
    review: Review = NO_REVIEW,
    limits: Limits | None = None,
    progress: Progress | None = None,
    resumed: Resumed | None = None,
    clock: attest.Clock = attest.now,
) -> Prepared:
    """Takes the eligible files of a folder or .zip archive into a version and writes it to `out`, whole or not at all.

    When `deidentify` wrote the folder, its account becomes part of the attestation, and records that it did not write
    stay out. With `patients`, records enter by the choices of whom they are about, by the pseudonym in (0010,0020).
    A reading that was interrupted goes on where it was (`journal`), and `resumed` is told.

    `about` is what the steward states of them (`ledger_node.edge.about`).

    Raises ChoicesUnreadable, EmptyFolder, NothingEligible (with the counts by reason), StateConflict when `out` is in
    use, InvalidField for words that a card cannot hold, InvalidDocument for a spoilt account, ToolMissing.
    """
    require_words(subject, title, description)
    require_about(about)
    require_vacant(out)
    require_apart(out, folder)
    start = clock()
    choices, checked_at = checked(patients, opt_out_checked_at, start, limits)
    limits = limits or Limits()
    reading = identity_of("prepare", folder, limits)
    with journal(out, reading, start) as made, unpacked(folder, out) as place:
        run = deidentified.load(place)
        own, archived = frozenset({deidentified.NAME}), is_archive(folder)
        files = read_folder(place, limits, progress, own, made, archived, resumed)
        seen = [entering(file, run, choices) for file in files]
    taken = [file for file in seen if not file.reasons]
    quarantined = {file.name: file.reasons for file in seen if file.reasons}
    if not taken:
        raise nothing_eligible(quarantined)
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
        published=start.date(),
        about=about,
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
        "patients": account(patients, choices),
        "counts": attest.counts(len(seen), len(taken), quarantined.values()),
    }
    records = Records.of((file.instance, file.digest) for file in taken)
    owners = [(file.instance, file.patient) for file in taken if file.patient]
    return write(out, card, body, records, quarantined, review, start, clock, owners=owners)


def prepare_table(
    source: Path,
    out: Path,
    subject: str,
    title: str,
    *,
    policy: Policy = POLICY,
    description: str = "",
    about: About = NOTHING,
    claim: PrivacyClaim = PrivacyClaim.PSEUDONYMISED,
    patients: Sources | None = None,
    opt_out_checked_at: datetime | None = None,
    review: Review = NO_REVIEW,
    limits: Limits | None = None,
    progress: Progress | None = None,
    clock: attest.Clock = attest.now,
) -> Prepared:
    """Takes every row of a CSV, TSV or Parquet table into a version and writes it to `out`, whole or not at all.

    `policy` is the steward's word on the columns. With `patients`, rows enter by the choices of whom they are about, by
    the policy's pseudonym; in the private report rare words are counted in the table as it came. Raises InvalidTable,
    NothingEligible for a table without rows, and as `prepare_dicom`.
    """
    require_words(subject, title, description)
    require_about(about)
    require_vacant(out)
    start = clock()
    if patients is not None and policy.pseudonym is None:
        raise InvalidField("the rows name no patient", got="no pseudonym", needed="the column of the pseudonyms")
    choices, checked_at = checked(patients, opt_out_checked_at, start, limits)
    table = read_table(source, policy, progress, limits, None if choices is None else choices.reason_against)
    if not len(table.digests):
        raise NothingEligible("the table has no rows", got="0 rows", needed="at least one", counts={})
    records, quarantined = _chosen(table, choices)
    if not len(records):
        raise nothing_eligible(quarantined)
    card = Card(
        subject=subject,
        title=title,
        description=description,
        record_kind="TABLE_ROW",
        modalities=("TABULAR",),
        size_class=SizeClass.of(len(records)),
        claim=claim,
        columns=table.columns,
        label=table.label,
        smallest_group=None if table.smallest_group is None else SizeClass.of(table.smallest_group),
        opt_out_checked_at=checked_at,
        published=start.date(),
        about=about,
    )
    body: dict[str, Json] = {
        "kind": "TABLE_ROW",
        "tools": [attest.own_tool(), attest.tool("pyarrow")],
        "entryRule": [
            "features are numbers or absent, the label is a number or one of a few words",
            "words stand only in columns that were declared categories, and none looks like a direct identifier",
            "no column is named like a direct identifier of 45 CFR 164.514(b)(2)(i), unless it was allowed by name",
        ],
        "evidence": "names of columns and forms of cells were checked; what the numbers mean was not",
        "longitudinal": [],
        "deidentification": None,
        "patients": account(patients, choices),
        "counts": attest.counts(len(table.digests), len(records), quarantined.values()),
    }
    return write(out, card, body, records, quarantined, review, start, clock, table.figures)


def _chosen(table: Table, choices: Choices | None) -> tuple[Records, dict[str, tuple[Quarantine, ...]]]:
    """The rows that may enter, and why others stay out, by number (`row-17`)."""
    if choices is None:
        return Records(table.digests, table.pseudonyms), {}
    against = {at: choices.reason_against(patient) for at, patient in enumerate(table.pseudonyms)}
    left = [at for at, reason in against.items() if reason is None]
    out: dict[str, tuple[Quarantine, ...]] = {
        f"row-{at + 1}": (reason,) for at, reason in against.items() if reason is not None
    }
    return Records(table.digests[left], tuple(table.pseudonyms[at] for at in left)), out
