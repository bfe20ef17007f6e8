"""Which elements of a FHIR resource may enter a dataset version: a list by resource and path, for R4 and R5.

What is not on the list stays out. The list holds codes of public code systems, numbers, years, replaced DICOM UIDs and
references inside the export: no name, identifier, telecom, address, date of birth, free text, narrative or extension,
no practitioner, organisation, encounter or device. Element names and value sets are those of R4 (4.0.1) and R5 (5.0.0):
observation.html, imagingstudy.html, valueset-observation-status, valueset-imagingstudy-status,
valueset-quantity-comparator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from ledger_node.edge.fhir.datatypes import CODING, CONCEPT, PERIOD, Reference, quantities, sampled
from ledger_node.edge.fhir.forms import (
    BOOLEAN,
    DATE_TIME,
    DECIMAL,
    DICOM_UID,
    ID,
    INSTANT,
    INTEGER,
    TIME,
    Form,
    Group,
    Many,
    Notes,
    matching,
    one_of,
)
from ledger_node.edge.fhir.parsing import Resource
from ledger_node.edge.quarantine import Quarantine


class Release(StrEnum):
    """A release of FHIR: its short name; `version` is the number that CapabilityStatement.fhirVersion would hold."""

    R4 = "R4"
    R5 = "R5"

    @property
    def version(self) -> str:
        return {"R4": "4.0.1", "R5": "5.0.0"}[self.value]


class Dates(StrEnum):
    """What became of the dates, in the terms of DICOM's (0028,0303)."""

    REMOVED = "REMOVED"  # years only: checked
    MODIFIED = "MODIFIED"  # shifted: the hospital's word
    UNMODIFIED = "UNMODIFIED"


@dataclass(frozen=True, slots=True)
class Judged:
    """`kept` is what may stay of a resource; `removed` and `refused` are as in `forms.Notes`."""

    kept: Resource
    removed: frozenset[Quarantine]
    refused: frozenset[Quarantine]


def judge(resource: Resource, release: Release, notes: Notes) -> Judged:
    """The resource against the policy of its type. OTHER_RESOURCE for a type that has none."""
    form = forms(release).get(resource["resourceType"])
    if form is None:
        return Judged({}, frozenset(), frozenset({Quarantine.OTHER_RESOURCE}))
    kept = form.keep(resource, notes)
    if kept is None:
        notes.refused.add(Quarantine.INCOMPLETE)
    return Judged(kept or {}, frozenset(notes.removed), frozenset(notes.refused))


def rules_digest(release: Release) -> str:
    """SHA-256 (hex) over the policy's lines, `path: form`, sorted, each with a line feed."""
    lines = sorted(line for name, form in forms(release).items() for line in form.lines(name))
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


@cache
def forms(release: Release) -> Mapping[str, Group]:
    """The policy by resource type."""
    return {"ImagingStudy": _imaging_study(release), "Observation": _observation(release)}


_SUBJECT = Reference(("Patient",))
_META = Group(
    {
        "versionId": ID,
        "lastUpdated": matching("instant, no part of the record", r"\d{4}-\d\d-\d\dT[0-9:.]{8,18}(Z|[+-]\d\d:\d\d)"),
        "profile": Many(matching("canonical", r"[!-~]{1,200}")),
        "security": Many(CODING),
        "tag": Many(CODING),
    }
)
_TOP: dict[str, Form] = {
    "resourceType": matching("type", r"[A-Za-z]+"),
    "id": ID,
    "meta": _META,
    "language": matching("language", r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}"),
}
_NARRATIVE = {"text": Quarantine.NARRATIVE}


def _observation(release: Release) -> Group:
    comparators = ("<", "<=", ">=", ">") + (("ad",) if release is Release.R5 else ())
    amounts = quantities(comparators)
    timing: dict[str, Form] = {"period": DECIMAL}
    if release is Release.R5:
        timing = {"interval": DECIMAL, "intervalUnit": matching("UCUM code", r"[!-~]{1,40}")}
    value: dict[str, Form] = {
        "valueQuantity": amounts["Quantity"],
        "valueCodeableConcept": CONCEPT,
        "valueBoolean": BOOLEAN,
        "valueInteger": INTEGER,
        "valueRange": amounts["Range"],
        "valueRatio": amounts["Ratio"],
        "valueSampledData": sampled(timing, amounts["Quantity"]),
        "valueTime": TIME,
        "valueDateTime": DATE_TIME,
        "valuePeriod": PERIOD,
        "dataAbsentReason": CONCEPT,
        "interpretation": Many(CONCEPT),
        "referenceRange": Many(
            Group(
                {
                    "low": amounts["Quantity"],
                    "high": amounts["Quantity"],
                    "type": CONCEPT,
                    "appliesTo": Many(CONCEPT),
                    "age": amounts["Range"],
                    **({"normalValue": CONCEPT} if release is Release.R5 else {}),
                }
            )
        ),
    }
    return Group(
        {
            **_TOP,
            "status": one_of(
                "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"
            ),
            "category": Many(CONCEPT),
            "code": CONCEPT,
            "subject": _SUBJECT,
            "effectiveDateTime": DATE_TIME,
            "effectivePeriod": PERIOD,
            "effectiveInstant": INSTANT,
            "issued": INSTANT,
            **value,
            "bodySite": CONCEPT,
            "method": CONCEPT,
            "hasMember": Many(Reference(("Observation",))),
            "derivedFrom": Many(Reference(("Observation", "ImagingStudy"))),
            "component": Many(Group({"code": CONCEPT, **value}, needed=("code",), choices=("value",))),
        },
        needed=("resourceType", "id", "status", "code", "subject"),
        choices=("value", "effective"),
        out=_NARRATIVE,
    )


def _imaging_study(release: Release) -> Group:
    concept: Form = CODING if release is Release.R4 else CONCEPT
    site: Form = CODING
    reasons: dict[str, Form] = {"procedureCode": Many(CONCEPT), "reasonCode": Many(CONCEPT)}
    if release is Release.R5:
        site = Group({"concept": CONCEPT}, needed=("concept",))  # CodeableReference, by its concept alone
        reasons = {"procedure": Many(site), "reason": Many(site)}
    instance = Group({"uid": DICOM_UID, "sopClass": CODING, "number": INTEGER}, needed=("uid", "sopClass"))
    series = Group(
        {
            "uid": DICOM_UID,
            "number": INTEGER,
            "modality": concept,
            "numberOfInstances": INTEGER,
            "bodySite": site,
            "laterality": concept,
            "started": DATE_TIME,
            "instance": Many(instance),
        },
        needed=("uid", "modality"),
    )
    return Group(
        {
            **_TOP,
            "status": one_of("registered", "available", "cancelled", "entered-in-error", "unknown"),
            "modality": Many(concept),
            "subject": _SUBJECT,
            "started": DATE_TIME,
            "numberOfSeries": INTEGER,
            "numberOfInstances": INTEGER,
            **reasons,
            "series": Many(series),
        },
        needed=("resourceType", "id", "status", "subject"),
        out=_NARRATIVE,
    )
