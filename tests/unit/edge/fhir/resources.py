"""FHIR resources as hospitals export them: what the standard asks for, with made-up values."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

Resource = dict[str, Any]

LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def concept(system: str, code: str, **more: Any) -> Resource:
    return {"coding": [{"system": system, "code": code}], **more}


def quantity(value: float | int, code: str, **more: Any) -> Resource:
    return {"value": value, "unit": code, "system": UCUM, "code": code, **more}


def alanine(number: int = 1, patient: str = "p-001") -> Resource:
    """A laboratory result without identity: alanine aminotransferase in serum."""
    return {
        "resourceType": "Observation",
        "id": f"alt-{number}",
        "meta": {"versionId": "2", "lastUpdated": "2026-03-04T11:12:13.456+01:00"},
        "status": "final",
        "category": [concept(CATEGORY, "laboratory")],
        "code": concept(LOINC, "1742-6"),
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026",
        "valueQuantity": quantity(31 + number, "U/L"),
        "interpretation": [concept(INTERPRETATION, "N")],
        "referenceRange": [{"low": quantity(10, "U/L"), "high": quantity(49, "U/L")}],
    }


def pressure(number: int = 1, patient: str = "p-001") -> Resource:
    """A blood pressure with its two components."""
    return {
        "resourceType": "Observation",
        "id": f"bp-{number}",
        "status": "amended",
        "code": concept(LOINC, "85354-9"),
        "subject": {"reference": f"Patient/{patient}", "type": "Patient"},
        "bodySite": concept(SNOMED, "368209003"),
        "derivedFrom": [{"reference": f"ImagingStudy/us-{number}"}],
        "component": [
            {"code": concept(LOINC, "8480-6"), "valueQuantity": quantity(121, "mm[Hg]")},
            {"code": concept(LOINC, "8462-4"), "valueQuantity": quantity(79, "mm[Hg]", comparator="<=")},
        ],
    }


def ultrasound(release: str = "R4", number: int = 1, patient: str = "p-001") -> Resource:
    """An ultrasound study of one series with two images; R4 and R5 shape modality and body site differently."""
    modality: Resource = {"system": DCM, "code": "US"}
    site: Resource = {"system": SNOMED, "code": "10200004"}
    if release == "R5":
        modality, site = {"coding": [modality]}, {"concept": {"coding": [site]}}
    sop = {"system": "urn:ietf:rfc:3986", "code": "urn:oid:1.2.840.10008.5.1.4.1.1.6.1"}
    return {
        "resourceType": "ImagingStudy",
        "id": f"us-{number}",
        "status": "available",
        "modality": [modality],
        "subject": {"reference": f"Patient/{patient}"},
        "started": "2026",
        "numberOfSeries": 1,
        "numberOfInstances": 2,
        "series": [
            {
                "uid": f"2.25.{10**30 + number}",
                "number": 1,
                "modality": modality,
                "numberOfInstances": 2,
                "bodySite": site,
                "instance": [
                    {"uid": f"2.25.{10**31 + 2 * number + n}", "sopClass": sop, "number": n + 1} for n in range(2)
                ],
            }
        ],
    }


def changed(resource: Resource, path: str, value: Any) -> Resource:
    """A copy with an element set: `code.coding.0.display`."""
    made = copy.deepcopy(resource)
    at: Any = made
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
    if isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value
    return made


def without(resource: Resource, name: str) -> Resource:
    return {key: value for key, value in resource.items() if key != name}


def bundle(*resources: Resource, kind: str = "collection") -> Resource:
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [{"fullUrl": f"urn:uuid:{n:032x}", "resource": one} for n, one in enumerate(resources)],
    }


def ndjson(path: Path, *resources: Resource | str) -> Path:
    lines = (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in resources)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def dumped(path: Path, resource: Any) -> Path:
    path.write_text(json.dumps(resource, indent=2))
    return path
