"""From a FHIR export to a dataset version that can be registered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ledger_node.domain.codes import PrivacyClaim, SizeClass
from ledger_node.edge import attestation as attest
from ledger_node.edge import deidentified
from ledger_node.edge.about import NOTHING, About, require_about
from ledger_node.edge.archives import unpacked
from ledger_node.edge.card import Card, require_words
from ledger_node.edge.entering import entering, nothing_eligible
from ledger_node.edge.fhir.entries import ENDINGS
from ledger_node.edge.fhir.policy import Dates, Release, rules_digest
from ledger_node.edge.fhir.source import read_records
from ledger_node.edge.files import require_apart, require_vacant
from ledger_node.edge.manifest.records import Records
from ledger_node.edge.patients.account import account, checked
from ledger_node.edge.patients.choices import Sources
from ledger_node.edge.prepare import NO_REVIEW
from ledger_node.edge.prepared import Prepared, Review, write
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits
from ledger_node.proof.strict_json import Json

KIND = "FHIR_RESOURCE"

Progress = Callable[[int, int], None]


def prepare_fhir(
    source: Path,
    out: Path,
    subject: str,
    title: str,
    *,
    release: Release = Release.R4,
    dates: Dates = Dates.REMOVED,
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
    """Takes the ImagingStudy and Observation resources of an export that the policy lets in into a version at `out`.

    `source` is a folder, a .zip archive or one file: ndjson of a bulk export, Bundles, resources, gzipped or not.
    `dates` says what became of dates; only REMOVED is checked. With `patients`, records enter by the choices of whom
    they are about. When `deidentify_fhir` wrote the folder, its account becomes part of the attestation, and records
    that it did not write stay out. Raises as `prepare_dicom`, and ChoicesUnreadable.
    """
    require_words(subject, title, description)
    require_about(about)
    require_vacant(out)
    if source.is_dir():
        require_apart(out, source)
    start = clock()
    choices, checked_at = checked(patients, opt_out_checked_at, start, limits)
    run = deidentified.load(source) if source.is_dir() else None
    arguments = {"release": release.value, "dates": dates.value}
    with unpacked(source, out, ENDINGS) as place:
        found = read_records(place, "fhir_records", arguments, limits, progress, frozenset({deidentified.NAME}))
        seen = [entering(record, run, choices) for record in found]
    taken = [record for record in seen if not record.reasons]
    quarantined = {record.name: record.reasons for record in seen if record.reasons}
    if not taken:
        raise nothing_eligible(quarantined)
    card = Card(
        subject=subject,
        title=title,
        description=description,
        record_kind=KIND,
        modalities=tuple(sorted({modality for record in taken for modality in record.modalities})),
        size_class=SizeClass.of(len(taken)),
        claim=claim,
        opt_out_checked_at=checked_at,
        published=start.date(),
        about=about,
    )
    came = sum(record.reasons != (Quarantine.OTHER_RESOURCE,) for record in seen)
    body: dict[str, Json] = {
        "kind": KIND,
        "tools": [attest.own_tool()],
        "fhirVersion": release.version,
        "entryRule": [
            "ImagingStudy and Observation only, with no element that the policy does not name",
            "codes are of public code systems, DICOM UIDs under 2.25, references local to the export",
        ],
        "rulesDigest": rules_digest(release),
        "evidence": "elements, codes and forms were checked; that ids are pseudonyms is the hospital's word",
        "longitudinal": [dates.value],
        "deidentification": None if run is None else run.account,
        "patients": account(patients, choices),
        "counts": attest.counts(came, len(taken), quarantined.values()),
    }
    records = Records.of((record.reference, record.digest) for record in taken)
    owners = [(record.reference, record.patient) for record in taken]
    return write(out, card, body, records, quarantined, review, start, clock, owners=owners)
