"""A prepared version without the records of patients who withdrew, applied in batches."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ledger_node.domain.codes import PrivacyClaim, SizeClass
from ledger_node.edge import attestation as attest
from ledger_node.edge import manifest
from ledger_node.edge.about import about_of
from ledger_node.edge.card import Card
from ledger_node.edge.files import require_apart, require_vacant
from ledger_node.edge.patients import whose
from ledger_node.edge.patients.account import account, checked
from ledger_node.edge.patients.choices import Choices, Sources
from ledger_node.edge.prepared import Prepared, Review, load_prepared, write
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits
from ledger_node.errors import BatchTooSmall, InvalidField, NothingEligible, StateConflict
from ledger_node.proof.strict_json import Json

#: The fewest patients whose withdrawals make a version of their own. Two versions side by side show that somebody left;
#: ten is the smallest count that is ever shown, so nobody can be told apart by it.
SMALLEST_BATCH = attest.SMALLEST_COUNT

#: Parts of an attestation that belong to one preparation, and are made new by the next.
_MADE_NEW = ("format", "subject", "tools", "patients", "counts", "options", "review", "start", "end", "outcome")


@dataclass(frozen=True, slots=True)
class Difference:
    """Between two versions, in classes only: records before and after, records and patients that went."""

    before: SizeClass
    after: SizeClass
    records: SizeClass
    patients: SizeClass


@dataclass(frozen=True, slots=True)
class Refreshed:
    prepared: Prepared
    difference: Difference


def refresh(
    folder: Path,
    out: Path,
    sources: Sources,
    *,
    limits: Limits | None = None,
    clock: attest.Clock = attest.now,
) -> Refreshed:
    """Writes to `out` the version in `folder` without the records that patients' choices now keep out.

    Nothing new enters: for that, prepare from the sources. The new version has a key and nonces of its own, the old one
    stays as it is. A record of no known patient goes, too. Raises BatchTooSmall for fewer than SMALLEST_BATCH patients,
    StateConflict when nobody withdrew or `out` is in use, NothingEligible when nothing is left, NotFound for a version
    that does not say whose its records are, and as `load_prepared` and `Sources.read`.
    """
    require_vacant(out)
    require_apart(out, folder)
    start = clock()
    old = load_prepared(folder)
    listed = manifest.load(folder)
    owners = _owners(folder, old, listed)
    choices, checked_at = checked(sources, None, start, limits)
    assert choices is not None
    there = [at for at in range(len(listed)) if not listed.erased[at]]
    against = {at: reason for at in there if (reason := choices.reason_against(owners[at])) is not None}
    patients = _require_batch({owners[at] for at in against if owners[at]}, len(against))
    left = [at for at in there if at not in against]
    if not left:
        raise NothingEligible("no record is left", got="every patient withdrew", needed="no new version", counts={})
    references = tuple(listed.references[at] for at in left)
    pairs = zip(references, (owners[at] for at in left), strict=True)
    body = _body(old, sources, choices, Counter(against.values()), len(there))
    prepared = write(
        out,
        _card(old, len(left), checked_at, start.date()),
        body,
        manifest.Records(listed.digests[left], references),
        {name: tuple(map(Quarantine, reasons)) for name, reasons in old.quarantined.items()},
        Review(),
        start,
        clock,
        owners=[(reference, owner) for reference, owner in pairs if reference != owner],  # a table's are the same
    )
    sizes = (len(there), len(left), len(against), patients)
    return Refreshed(prepared, Difference(*map(SizeClass.of, sizes)))


def _owners(folder: Path, old: Prepared, listed: manifest.Manifest) -> list[str]:
    """The patient of each row, empty where nobody knows. A table's reference is the patient's pseudonym itself."""
    if json.loads(old.card).get("recordKind") == "TABLE_ROW" and listed.references:
        return list(listed.references)
    known = whose.load(folder)
    return [known.get(reference, "") for reference in listed.references]


def _require_batch(who: set[str], records: int) -> int:
    """How many patients withdrew. Raises BatchTooSmall, StateConflict; the error says no count below ten."""
    patients = len(who)
    if not records:
        raise StateConflict("nobody of this version withdrew", got="the same records", needed="nothing: it stands")
    if patients < SMALLEST_BATCH:
        raise BatchTooSmall(
            "a version of its own would show that these few patients withdrew",
            got=attest.BELOW,
            needed=f"{SMALLEST_BATCH} patients; until then suspend the consents on this version, or prepare from the "
            "sources with the same lists a version that takes new patients in as well",
        )
    return patients


def _body(
    old: Prepared, sources: Sources, choices: Choices, reasons: Counter[Quarantine], came: int
) -> dict[str, Json]:
    before: dict[str, Any] = json.loads(old.attestation)
    return {
        **{name: value for name, value in before.items() if name not in _MADE_NEW},
        "tools": [attest.own_tool()],
        "refreshes": {"attestationDigest": old.attestation_digest, "smallestBatch": SMALLEST_BATCH},
        "patients": account(sources, choices),
        "counts": {
            "in": attest.counted(came),
            "out": attest.counted(came - reasons.total()),
            "quarantined": {reason.value: attest.counted(reasons[reason]) for reason in sorted(reasons)},
        },
    }


def _card(old: Prepared, count: int, checked_at: datetime | None, published: date) -> Card:
    """The old card with another size, another time of the check and another day; k and the strata of what is left are
    not known."""
    said: dict[str, Any] = json.loads(old.card)
    try:
        return Card(
            subject=old.subject,
            title=said["name"],
            description=said["description"],
            record_kind=said["recordKind"],
            modalities=tuple(said["modalities"]),
            size_class=SizeClass.of(count),
            claim=PrivacyClaim[said["claim"]],
            options=tuple(said["deidentificationOptions"]),
            columns=tuple(said["columns"]),
            label=said["label"],
            opt_out_checked_at=checked_at,
            published=published,
            about=_about(said),
        )
    except (KeyError, TypeError) as failure:
        raise InvalidField("the card cannot be read", got=type(failure).__name__, needed="a prepared version") from None


def _about(card: dict[str, Any]) -> dict[str, Json]:
    said = about_of(card)
    if isinstance(composition := said.get("composition"), dict):
        said["composition"] = {name: value for name, value in composition.items() if name != "strata"}
    return said
