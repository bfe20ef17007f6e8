"""A prepared version: seven files in the hospital's folder, and what of them a registration needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from ledger_node.domain.codes import PrivacyClaim, SizeClass
from ledger_node.edge import attestation as attest
from ledger_node.edge import manifest
from ledger_node.edge.card import Card
from ledger_node.edge.datasheet import datasheet
from ledger_node.edge.files import staged, write_file
from ledger_node.edge.manifest.checking import ATTESTATION, CARD
from ledger_node.edge.patients import whose
from ledger_node.edge.quarantine import Quarantine
from ledger_node.errors import InvalidDocument, NotFound
from ledger_node.proof.hashing import sha256, to_hex
from ledger_node.proof.strict_json import Json

QUARANTINE, REPORT, DATASHEET = "quarantine.json", "report.json", "datasheet.md"
REPORT_FORMAT = "medledger-report/1"
NOTHING: Mapping[str, Json] = MappingProxyType({})
OPEN = 0o644  # the public documents; everything else is the owner's alone


@dataclass(frozen=True, slots=True)
class Review:
    """A human check of a sample: how many records were looked at, and how many had a defect."""

    sample_checked: int = 0
    defects_found: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A version in the hospital's folder, ready to be registered.

    `root` and the digests are 0x-hex; `options` is the mask of CID 7050 codes (bit n is 113100 + n); `quarantined` maps
    file names to reasons: it is for the steward's eyes, here and in `quarantine.json`, and for nobody else's.
    """

    folder: Path
    subject: str
    root: str
    card: bytes
    card_digest: str
    attestation: bytes
    attestation_digest: str
    options: int
    size_class: SizeClass
    claim: PrivacyClaim
    opt_out_checked_at: datetime | None
    quarantined: Mapping[str, tuple[str, ...]]


def load_prepared(folder: Path, subject: str | None = None) -> Prepared:
    """A version that was prepared before, every digest checked again.

    Raises ManifestMismatch when its files disagree or belong to another dataset than `subject`, NotFound when one is
    missing, InvalidDocument when one cannot be read.
    """
    checked = manifest.check(folder, subject)
    card, attestation = (folder / CARD).read_bytes(), (folder / ATTESTATION).read_bytes()
    try:
        described, listed = json.loads(card), json.loads((folder / QUARANTINE).read_bytes())
        checked_at = described["optOutCheckedAt"]
        return Prepared(
            folder=folder,
            subject=checked.subject,
            root=to_hex(checked.root),
            card=card,
            card_digest=to_hex(checked.card_digest),
            attestation=attestation,
            attestation_digest=to_hex(checked.attestation_digest),
            options=_mask(described["deidentificationOptions"]),
            size_class=SizeClass[described["sizeClass"]],
            claim=PrivacyClaim[described["claim"]],
            opt_out_checked_at=None if checked_at is None else datetime.fromisoformat(checked_at),
            quarantined={name: tuple(reasons) for name, reasons in listed.items()},
        )
    except OSError as failure:
        raise NotFound(
            f"{QUARANTINE} cannot be read", got=type(failure).__name__, needed="a prepared version"
        ) from None
    except (AttributeError, KeyError, TypeError, ValueError) as failure:
        raise InvalidDocument(
            "the version cannot be read", got=type(failure).__name__, needed="a prepared one"
        ) from None


def write(
    out: Path,
    card: Card,
    body: dict[str, Json],
    records: manifest.Records,
    quarantined: Mapping[str, tuple[Quarantine, ...]],
    review: Review,
    start: datetime,
    clock: attest.Clock,
    figures: Mapping[str, Json] = NOTHING,
    owners: Iterable[tuple[str, str]] = (),
) -> Prepared:
    """Writes the files of a version to `out`, whole or not at all. Raises StateConflict, DocumentTooLarge.

    `figures` are exact, and go into the private report alone. `owners` are pairs of a record's reference and its
    patient's pseudonym, where the reference is not that pseudonym: one more file, for the hospital alone.
    """
    public = card.content()
    body |= {
        "options": list(card.options),
        "review": {
            "sampleChecked": attest.counted(review.sample_checked) if review.sample_checked else "NONE",
            "defectsFound": attest.counted(review.defects_found) if review.defects_found else "NONE",
        },
        "start": attest.rfc3339(start),
        "end": attest.rfc3339(clock()),
        "outcome": "COMPLETED",
    }
    attestation = attest.document(card.subject, body)
    version = manifest.build(card.subject, records, sha256(public), sha256(attestation))
    with staged(out) as folder:
        manifest.write(version, folder)
        write_file(folder / ATTESTATION, attestation, OPEN)
        write_file(folder / CARD, public, OPEN)
        write_file(folder / DATASHEET, datasheet(card), OPEN)
        write_file(folder / QUARANTINE, _listing(quarantined))
        report = {"format": REPORT_FORMAT, "subject": card.subject, "records": len(records), **figures}
        write_file(folder / REPORT, json.dumps(report, indent=1).encode())
        if listed := list(owners):
            write_file(folder / whose.NAME, whose.content(listed))
    return Prepared(
        folder=out,
        subject=card.subject,
        root=to_hex(version.root),
        card=public,
        card_digest=to_hex(version.card_digest),
        attestation=attestation,
        attestation_digest=to_hex(version.attestation_digest),
        options=_mask(card.options),
        size_class=card.size_class,
        claim=card.claim,
        opt_out_checked_at=card.opt_out_checked_at,
        quarantined=quarantined,
    )


def _mask(codes: Iterable[int]) -> int:
    return sum(1 << (code - 113100) for code in codes)


def _listing(quarantined: Mapping[str, tuple[Quarantine, ...]]) -> bytes:
    return json.dumps({name: list(reasons) for name, reasons in quarantined.items()}, indent=1).encode()
