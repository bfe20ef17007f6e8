"""FHIR exports to versions: what enters, what is public, and that copies made clean enter."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from ledger_node.domain.codes import SizeClass
from ledger_node.edge import deidentified
from ledger_node.edge.fhir.deidentify import deidentify_fhir
from ledger_node.edge.fhir.policy import Dates, Release
from ledger_node.edge.fhir.prepare import prepare_fhir
from ledger_node.edge.patients import whose
from ledger_node.edge.prepare import load_prepared
from ledger_node.edge.quarantine import Quarantine
from ledger_node.errors import InvalidField, NothingEligible, StateConflict
from tests.unit.edge.fhir.resources import alanine, bundle, changed, dumped, ndjson, pressure, ultrasound

SECRET = "JaneDoe1970"
PUBLIC = ("attestation.json", "card.json", "datasheet.md")
FILES = [
    "attestation.json",
    "card.json",
    "datasheet.md",
    "manifest.key",
    "manifest.parquet",
    "patients.csv",
    "quarantine.json",
    "report.json",
]


def export(folder: Path, patients: int = 14, release: str = "R4") -> Path:
    """Three records of each patient, and resources that do not enter."""
    folder.mkdir()
    everyone = [f"p-{n:03}" for n in range(patients)]
    ndjson(folder / "Observation.000.ndjson", *(alanine(n, patient) for n, patient in enumerate(everyone)))
    ndjson(folder / "Observation.001.ndjson", *(pressure(n, patient) for n, patient in enumerate(everyone)))
    ndjson(folder / "ImagingStudy.ndjson", *(ultrasound(release, n, patient) for n, patient in enumerate(everyone)))
    ndjson(folder / "Patient.ndjson", *({"resourceType": "Patient", "id": one} for one in everyone))
    return folder


def named(number: int) -> dict[str, Any]:
    """A result as a laboratory writes it."""
    made = alanine(number)
    for path, value in {
        "identifier": [{"system": "urn:oid:1.2.3", "value": SECRET}],
        "text": {"status": "generated", "div": f"<div>{SECRET}</div>"},
        "code.text": SECRET,
        "subject.display": SECRET,
        "performer": [{"display": SECRET}],
        "effectiveDateTime": "2026-03-04T10:00:00+01:00",
        "note": [{"text": SECRET}],
    }.items():
        made = changed(made, path, value)
    return made


@pytest.mark.parametrize("release", list(Release))
def test_prepare_fhir_writes_a_version(tmp_path: Path, release: Release) -> None:
    folder = export(tmp_path / "in", release=release.value)
    prepared = prepare_fhir(folder, tmp_path / "out", "us-1", "Ultrasound", release=release)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
    assert load_prepared(tmp_path / "out", "us-1") == prepared
    card, public = json.loads(prepared.card), json.loads(prepared.attestation)
    assert (card["recordKind"], card["modalities"]) == ("FHIR_RESOURCE", ["OBSERVATION", "US"])
    assert prepared.size_class is SizeClass.FROM_10
    assert public["fhirVersion"] == release.version
    assert public["longitudinal"] == ["REMOVED"]
    assert public["patients"] is None
    assert public["counts"] == {"in": 40, "out": 40, "quarantined": {"OTHER_RESOURCE": "UNDER_10"}}
    owners = whose.load(tmp_path / "out")
    assert len(owners) == 42
    assert owners["Observation/alt-3"] == "p-003"


def test_only_the_public_documents_are_readable_by_others(tmp_path: Path) -> None:
    prepare_fhir(export(tmp_path / "in"), tmp_path / "out", "us-1", "Ultrasound")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}
    assert {name for name, mode in modes.items() if mode & 0o077} == set(PUBLIC)
    for name in PUBLIC:
        assert b"p-0" not in (tmp_path / "out" / name).read_bytes()


def test_records_with_forbidden_elements_stay_out(tmp_path: Path) -> None:
    folder = export(tmp_path / "in")
    ndjson(folder / "lab.ndjson", named(99), changed(alanine(98), "effectiveDateTime", "2026-03"))
    prepared = prepare_fhir(folder, tmp_path / "out", "us-1", "Ultrasound")
    assert prepared.quarantined["lab.ndjson:1"] == (
        Quarantine.DIRECT_IDENTIFIER,
        Quarantine.ELEMENT_NOT_ALLOWED,
        Quarantine.EXACT_DATE,
        Quarantine.FREE_TEXT,
        Quarantine.NARRATIVE,
    )
    assert prepared.quarantined["lab.ndjson:2"] == (Quarantine.EXACT_DATE,)
    with_dates = prepare_fhir(folder, tmp_path / "dated", "us-1", "Ultrasound", dates=Dates.MODIFIED)
    assert "lab.ndjson:2" not in with_dates.quarantined
    assert json.loads(with_dates.attestation)["longitudinal"] == ["MODIFIED"]
    for out in ("out", "dated"):
        assert not [path for path in (tmp_path / out).iterdir() if SECRET.encode() in path.read_bytes()]


def test_nothing_eligible_says_why_without_a_value(tmp_path: Path) -> None:
    path = dumped(tmp_path / f"{SECRET}.json", bundle(named(1)))
    with pytest.raises(NothingEligible) as refused:
        prepare_fhir(path, tmp_path / "out", "us-1", "Ultrasound")
    assert refused.value.facts["counts"]["NARRATIVE"] == 1
    assert SECRET not in f"{refused.value} {refused.value.facts}"
    assert not (tmp_path / "out").exists()


def test_copies_enter_and_originals_stay_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    studies = [changed(ultrasound(number=n), "series.0.uid", f"1.2.840.{n}") for n in range(4)]
    ndjson(folder / "a.ndjson", *(named(n) for n in range(12)), *studies, "{")
    before = (folder / "a.ndjson").read_bytes()
    made = deidentify_fhir(folder, tmp_path / "clean", bytes(32))
    assert (folder / "a.ndjson").read_bytes() == before
    assert made.written == 16
    assert made.quarantined == {"a.ndjson:17": (Quarantine.NOT_FHIR,)}
    assert sorted(path.name for path in (tmp_path / "clean").iterdir()) == [
        "ImagingStudy.ndjson", "Observation.ndjson", deidentified.NAME,
    ]  # fmt: skip
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "clean").iterdir())
    assert not [path for path in (tmp_path / "clean").iterdir() if SECRET.encode() in path.read_bytes()]
    assert made.account["removed"]["FREE_TEXT"] == 10  # type: ignore[index,call-overload]
    assert made.account["counts"] == {"in": 10, "out": 10, "quarantined": {"NOT_FHIR": "UNDER_10"}}
    prepared = prepare_fhir(tmp_path / "clean", tmp_path / "out", "us-1", "Ultrasound")
    assert prepared.quarantined == {}
    assert json.loads(prepared.attestation)["deidentification"] == made.account


def test_prepare_takes_only_records_of_the_run(tmp_path: Path) -> None:
    made = deidentify_fhir(export(tmp_path / "in"), tmp_path / "clean", bytes(32))
    ndjson(made.folder / "more.ndjson", alanine(77))
    prepared = prepare_fhir(made.folder, tmp_path / "out", "us-1", "Ultrasound")
    assert prepared.quarantined == {"more.ndjson:1": (Quarantine.NOT_OF_THIS_RUN,)}


def test_one_salt_gives_one_uid_the_same_new_uid_as_in_images(tmp_path: Path) -> None:
    folder = export(tmp_path / "in", 1)
    texts = []
    for name, salt in (("a", bytes(32)), ("b", bytes(32)), ("c", None)):
        deidentify_fhir(folder, tmp_path / name, salt)
        texts.append((tmp_path / name / "ImagingStudy.ndjson").read_text())
    assert texts[0] == texts[1] != texts[2]
    with pytest.raises(InvalidField):
        deidentify_fhir(folder, tmp_path / "d", b"short")


def test_outputs_do_not_overwrite_nor_lie_inside(tmp_path: Path) -> None:
    folder = export(tmp_path / "in", 1)
    prepare_fhir(folder, tmp_path / "out", "us-1", "Ultrasound")
    for run in (lambda out: prepare_fhir(folder, out, "us-1", "U"), lambda out: deidentify_fhir(folder, out)):
        for out in (tmp_path / "out", folder / "inside"):
            with pytest.raises(StateConflict):
                run(out)
