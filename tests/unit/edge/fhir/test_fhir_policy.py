"""The element policy: clean resources pass, a forbidden element has its reason, and a copy goes without it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from ledger_node.edge.fhir.canonical import canonical
from ledger_node.edge.fhir.forms import Notes
from ledger_node.edge.fhir.parsing import parse
from ledger_node.edge.fhir.policy import Release, forms, judge, rules_digest
from ledger_node.edge.quarantine import Quarantine
from tests.unit.edge.fhir.resources import (
    DCM,
    LOINC,
    alanine,
    changed,
    concept,
    pressure,
    quantity,
    ultrasound,
    without,
)

SECRET = "JaneDoe1970"
EXTENSION = [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueString": SECRET}]


def judged(resource: Any, release: str = "R4", **notes: Any) -> Any:
    return judge(parse(json.dumps(resource).encode()), Release(release), Notes(**notes))


@pytest.mark.parametrize("release", ["R4", "R5"])
@pytest.mark.parametrize("make", [alanine, pressure])
def test_clean_observations_pass(make: Any, release: str) -> None:
    found = judged(make(), release)
    assert (found.removed, found.refused) == (frozenset(), frozenset())
    assert canonical(found.kept) == canonical(parse(json.dumps(without_type(make())).encode()))


def without_type(resource: Any) -> Any:
    """Reference.type is checked and not kept."""
    made = copy.deepcopy(resource)
    made["subject"].pop("type", None)
    return made


@pytest.mark.parametrize("release", ["R4", "R5"])
def test_clean_imaging_studies_pass_in_their_own_release_only(release: str) -> None:
    found = judged(ultrasound(release), release)
    assert (found.removed, found.refused) == (frozenset(), frozenset())
    other = judged(ultrasound(release), "R5" if release == "R4" else "R4")
    assert other.removed | other.refused


FORBIDDEN: list[tuple[str, Any, Quarantine]] = [
    ("identifier", [{"system": "urn:oid:1.2.3", "value": SECRET}], Quarantine.DIRECT_IDENTIFIER),
    ("name", [{"family": SECRET}], Quarantine.DIRECT_IDENTIFIER),
    ("telecom", [{"system": "phone", "value": SECRET}], Quarantine.DIRECT_IDENTIFIER),
    ("address", [{"city": SECRET}], Quarantine.DIRECT_IDENTIFIER),
    ("birthDate", "1970-01-01", Quarantine.DIRECT_IDENTIFIER),
    ("note", [{"text": SECRET}], Quarantine.FREE_TEXT),
    ("text", {"status": "generated", "div": f"<div>{SECRET}</div>"}, Quarantine.NARRATIVE),
    ("extension", EXTENSION, Quarantine.EXTENSION),
    ("_status", {"extension": EXTENSION}, Quarantine.EXTENSION),
    ("contained", [{"resourceType": "Patient", "name": [{"family": SECRET}]}], Quarantine.CONTAINED_RESOURCE),
    ("performer", [{"reference": "Practitioner/7"}], Quarantine.ELEMENT_NOT_ALLOWED),
    ("encounter", {"reference": "Encounter/7"}, Quarantine.ELEMENT_NOT_ALLOWED),
    ("code.text", SECRET, Quarantine.FREE_TEXT),
    ("code.coding.0.display", SECRET, Quarantine.FREE_TEXT),
    ("code.extension", EXTENSION, Quarantine.EXTENSION),
    ("subject.display", SECRET, Quarantine.FREE_TEXT),
    ("subject.identifier", {"value": SECRET}, Quarantine.DIRECT_IDENTIFIER),
    ("effectiveDateTime", "2026-03-04T10:00:00+01:00", Quarantine.EXACT_DATE),
    ("issued", "2026-03-04T10:00:00.000+01:00", Quarantine.EXACT_DATE),
    ("valueQuantity.unit", SECRET, Quarantine.FREE_TEXT),
    ("referenceRange.0.text", SECRET, Quarantine.FREE_TEXT),
    ("category.0.coding.0.system", f"https://hospital.example/{SECRET}", Quarantine.LOCAL_CODE),
    ("category.0.coding.0.code", f"{SECRET} {SECRET}", Quarantine.LOCAL_CODE),
]


@pytest.mark.parametrize("release", ["R4", "R5"])
@pytest.mark.parametrize(("path", "value", "reason"), FORBIDDEN)
def test_a_forbidden_element_is_refused_and_a_copy_goes_without_it(
    path: str, value: Any, reason: Quarantine, release: str
) -> None:
    found = judged(changed(alanine(), path, value), release)
    assert (found.removed, found.refused) == ({reason}, frozenset())
    kept = {name: content for name, content in found.kept.items() if name != "meta"}
    assert SECRET not in canonical(kept).decode()
    again = judge(kept, Release(release), Notes())
    assert (again.removed, again.refused) == (frozenset(), frozenset())


REFUSED: list[tuple[str, Any, Quarantine]] = [
    ("status", "done", Quarantine.UNKNOWN_CODE),
    ("status", "Final", Quarantine.UNKNOWN_CODE),
    ("status", "entered-in-error", Quarantine.ENTERED_IN_ERROR),
    ("status", 1, Quarantine.MALFORMED_ELEMENT),
    ("valueQuantity.comparator", "~", Quarantine.UNKNOWN_CODE),
    ("valueQuantity.value", "31", Quarantine.MALFORMED_ELEMENT),
    ("valueQuantity.system", "https://hospital.example/units", Quarantine.LOCAL_CODE),
    ("valueQuantity", {"value": 3, "unit": SECRET}, Quarantine.FREE_TEXT),
    ("valueInteger", 3, Quarantine.MALFORMED_ELEMENT),  # a second value[x]
    ("category", [], Quarantine.MALFORMED_ELEMENT),
    ("category", [None], Quarantine.MALFORMED_ELEMENT),
    ("category", {}, Quarantine.MALFORMED_ELEMENT),
    ("effectiveDateTime", "2026-13", Quarantine.MALFORMED_ELEMENT),
    ("effectiveDateTime", SECRET, Quarantine.MALFORMED_ELEMENT),
    ("id", f"{SECRET} x", Quarantine.MALFORMED_ELEMENT),
    ("meta.lastUpdated", SECRET, Quarantine.MALFORMED_ELEMENT),
    ("modifierExtension", EXTENSION, Quarantine.MODIFIER_EXTENSION),
    ("valueQuantity.modifierExtension", EXTENSION, Quarantine.MODIFIER_EXTENSION),
    ("implicitRules", "http://hospital.example/rules", Quarantine.MODIFIER_EXTENSION),
    ("subject.reference", f"https://fhir.hospital.example/Patient/{SECRET}", Quarantine.FOREIGN_REFERENCE),
    ("subject.reference", f"Patient?identifier={SECRET}", Quarantine.FOREIGN_REFERENCE),
    ("subject.reference", "Patient/1/_history/2", Quarantine.FOREIGN_REFERENCE),
    ("subject.reference", "#p", Quarantine.FOREIGN_REFERENCE),
    ("subject.reference", "urn:uuid:2f7e0c3a-8f34-4f4e-9a52-0d6c1c5b7a11", Quarantine.FOREIGN_REFERENCE),
    ("subject.reference", "Group/1", Quarantine.FOREIGN_REFERENCE),
    ("code.coding.0.system", "https://hospital.example/names", Quarantine.LOCAL_CODE),
    ("code.coding.0.code", SECRET, Quarantine.LOCAL_CODE),
]


@pytest.mark.parametrize(("path", "value", "reason"), REFUSED)
def test_what_no_copy_can_cure_is_refused(path: str, value: Any, reason: Quarantine) -> None:
    found = judged(changed(alanine(), path, value))
    assert reason in found.refused | found.removed
    assert found.refused


@pytest.mark.parametrize("name", ["id", "status", "code", "subject"])
def test_an_observation_without_a_required_element_is_incomplete(name: str) -> None:
    assert Quarantine.INCOMPLETE in judged(without(alanine(), name)).refused


@pytest.mark.parametrize("path", ["series.0.uid", "series.0.modality", "series.0.instance.0.sopClass"])
def test_a_study_without_a_required_element_is_incomplete(path: str) -> None:
    study = ultrasound()
    at: Any = study
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if step.isdigit() else at[step]
    del at[last]
    assert Quarantine.INCOMPLETE in judged(study).refused


def test_choices_are_one_of_a_kind_in_components_too() -> None:
    twice = changed(pressure(), "component.0.valueInteger", 3)
    assert Quarantine.MALFORMED_ELEMENT in judged(twice).refused


def test_uids_of_studies_must_be_replaced_ones() -> None:
    study = changed(ultrasound(), "series.0.instance.1.uid", "1.2.276.0.7230010.3.1.4.1")
    assert judged(study).removed == {Quarantine.ORIGINAL_UID}
    fresh = judged(study, fresh_uid=lambda uid: f"2.25.{len(uid)}").kept
    assert fresh["series"][0]["uid"].startswith("2.25.")
    assert fresh["series"][0]["instance"][1]["uid"] == "2.25.25"


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("description", SECRET, Quarantine.FREE_TEXT),
        ("series.0.description", SECRET, Quarantine.FREE_TEXT),
        ("series.0.instance.0.title", SECRET, Quarantine.FREE_TEXT),
        ("series.0.performer", [{"actor": {"reference": "Practitioner/7"}}], Quarantine.ELEMENT_NOT_ALLOWED),
        ("referrer", {"display": SECRET}, Quarantine.ELEMENT_NOT_ALLOWED),
        ("endpoint", [{"reference": "Endpoint/1"}], Quarantine.ELEMENT_NOT_ALLOWED),
        ("identifier", [{"value": SECRET}], Quarantine.DIRECT_IDENTIFIER),
        ("started", "2026-01-02", Quarantine.EXACT_DATE),
        ("modality.0", {"system": DCM, "code": SECRET}, Quarantine.LOCAL_CODE),
    ],
)
def test_forbidden_elements_of_studies(path: str, value: Any, reason: Quarantine) -> None:
    found = judged(changed(ultrasound(), path, value))
    assert (found.removed, found.refused) == ({reason}, frozenset())
    assert SECRET not in json.dumps(found.kept, default=str)


def test_dates_stay_where_the_hospital_says_so() -> None:
    exact = changed(alanine(), "effectiveDateTime", "2026-03-04")
    assert judged(exact, years_only=False).removed == frozenset()
    assert judged(exact).kept["effectiveDateTime"] == "2026"
    dated = changed(alanine(), "issued", "2026-03-04T10:00:00Z")
    assert judged(dated, years_only=False).kept["issued"] == "2026-03-04T10:00:00Z"
    assert "issued" not in judged(dated).kept


def test_values_of_every_kind() -> None:
    base = without(alanine(), "valueQuantity")
    trace = {"origin": quantity(0, "mV"), "dimensions": 1, "data": "1 2.5 E U L"}
    for release, path, value, good in [
        ("R4", "valueBoolean", True, True),
        ("R4", "valueBoolean", 1, False),
        ("R4", "valueInteger", 12, True),
        ("R4", "valueInteger", 12.5, False),
        ("R4", "valueTime", "10:11:12", True),
        ("R4", "valueCodeableConcept", concept(LOINC, "LA6576-8"), True),
        ("R4", "valueRange", {"low": quantity(1, "mm"), "high": quantity(2, "mm")}, True),
        ("R4", "valueRatio", {"numerator": quantity(1, "mg"), "denominator": quantity(2, "mL")}, True),
        ("R4", "valueRatio", {"numerator": quantity(1, "mg")}, False),
        ("R4", "valuePeriod", {"start": "2025", "end": "2026"}, True),
        ("R4", "valueSampledData", {**trace, "period": 10}, True),
        ("R5", "valueSampledData", {**trace, "period": 10}, False),
        ("R5", "valueSampledData", {**trace, "interval": 10, "intervalUnit": "ms"}, True),
        ("R4", "valueQuantity", quantity(1, "mm", comparator="ad"), False),
        ("R5", "valueQuantity", quantity(1, "mm", comparator="ad"), True),
        ("R4", "valueString", "text", False),
        ("R5", "valueAttachment", {"url": "http://x"}, False),
    ]:
        found = judged(changed(base, path, value), release)
        assert (not found.removed | found.refused) is good, (release, path)


def test_other_resources_are_not_taken() -> None:
    assert judged({"resourceType": "Patient", "id": "1"}).refused == {Quarantine.OTHER_RESOURCE}


def test_the_rule_book_has_a_digest_for_each_release() -> None:
    assert len({rules_digest(release) for release in Release}) == 2
    assert len(rules_digest(Release.R4)) == 64
    lines = list(forms(Release.R4)["Observation"].lines("Observation"))
    assert "Observation.code!.coding![]: Coding of a public code system" in lines
