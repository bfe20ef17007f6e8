"""Opt-out lists and consents on the disk, and what they decide together."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import chain, combinations, product
from pathlib import Path

import numpy as np
import pytest

from ledger_node.domain.codes import Basis
from ledger_node.edge.fhir.policy import Release
from ledger_node.edge.fhir.prepare import prepare_fhir
from ledger_node.edge.patients.choices import Choices, Sources
from ledger_node.edge.patients.consent import Said
from ledger_node.edge.patients.optouts import read_opt_outs
from ledger_node.edge.patients.reading import read_consents
from ledger_node.edge.prepare import load_prepared, prepare_dicom
from ledger_node.edge.quarantine import Quarantine
from ledger_node.errors import ChoicesUnreadable, InvalidField, NothingEligible
from tests.unit.edge.fhir.resources import bundle, changed, dumped, ndjson
from tests.unit.edge.fhir.test_fhir_prepare import export
from tests.unit.edge.patients.consents import consent_r4, consent_r5
from tests.unit.edge.synthetic import evidence, saved, ultrasound

AT = datetime(2026, 6, 15, 11, tzinfo=UTC)
SECRET = "Jane Doe"


def listed(folder: Path, *patients: str) -> Path:
    path = folder / "opt-outs.csv"
    path.write_text("patient\n" + "".join(f"{one}\n" for one in patients))
    return path


def test_read_opt_outs_takes_pseudonyms_in_both_spellings(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes('\ufeff"patient"\r\np-1\r\n\r\n Patient/p-2 \r\np-1\r\n'.encode())
    assert read_opt_outs(path) == {"p-1", "p-2"}
    assert read_opt_outs(listed(tmp_path)) == frozenset()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"p-1\n",
        b"patient,name\np-1," + SECRET.encode() + b"\n",
        b"patient\n" + SECRET.encode() + b"\n",
        b"patient\nPractitioner/1\n",
        b"patient\nhttps://fhir.example/Patient/1\n",
        b"patient\np-1,p-2\n",
        b"patient\n\xff\n",
        b'patient\n"p-1\n',
    ],
)
def test_a_spoilt_opt_out_list_decides_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(ChoicesUnreadable) as refused:
        read_opt_outs(path)
    assert SECRET not in str(refused.value)
    with pytest.raises(ChoicesUnreadable):
        read_opt_outs(tmp_path / "missing.csv")


def test_read_consents_gathers_all_that_a_patient_said(tmp_path: Path) -> None:
    folder = tmp_path / "consents"
    folder.mkdir()
    ndjson(folder / "Consent.ndjson", consent_r4("a"), consent_r4("b", "inactive"), {"resourceType": "Patient"})
    dumped(folder / "later.json", bundle(consent_r4("a", policy="OPTOUT"), consent_r4("c", "odd")))
    assert read_consents(folder, Release.R4, AT) == {
        "a": {Said.PERMIT, Said.DENY},
        "b": {Said.NOTHING},
        "c": {Said.UNCLEAR},
    }
    five = ndjson(tmp_path / "five.ndjson", consent_r5("a"))
    assert read_consents(five, Release.R5, AT) == {"a": {Said.PERMIT}}


def test_the_moment_decides(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "c.ndjson", consent_r4("a", period={"end": "2026-06-20"}))
    assert read_consents(path, Release.R4, AT)["a"] == {Said.PERMIT}
    assert read_consents(path, Release.R4, AT.replace(month=7))["a"] == {Said.NOTHING}


@pytest.mark.parametrize(
    "spoilt",
    [
        "{",
        json.dumps(changed(consent_r4(), "patient.reference", "https://fhir.example/Patient/1")),
        json.dumps(changed(consent_r4(), "patient", {"identifier": {"value": SECRET}})),
        json.dumps(consent_r5()),  # the patient stands in `subject`: another release
        json.dumps(consent_r4()).replace('"active"', '"active","status":"active"'),
    ],
)
def test_a_consent_that_cannot_be_read_stops_everything(tmp_path: Path, spoilt: str) -> None:
    """It may be somebody's objection."""
    path = ndjson(tmp_path / "c.ndjson", consent_r4("a"), spoilt)
    with pytest.raises(ChoicesUnreadable) as refused:
        read_consents(path, Release.R4, AT)
    assert list(refused.value.quarantined) == ["c.ndjson:2"]
    assert SECRET not in f"{refused.value} {refused.value.facts}"


def test_every_combination_of_choices() -> None:
    """Deny overrides permit, unclear excludes, silence is no consent and no objection."""
    everything = chain.from_iterable(combinations(Said, n) for n in range(5))
    for basis, listed_, said in product((Basis.CONSENT, Basis.NO_OBJECTION), (False, True), everything):
        choices = Choices(basis, AT, frozenset({"p"} if listed_ else ()), {"p": frozenset(said)})
        enters = not listed_ and not {Said.DENY, Said.UNCLEAR} & set(said)
        enters = enters and (basis is Basis.NO_OBJECTION or Said.PERMIT in said)
        assert (choices.reason_against("p") is None) is enters, (basis, listed_, said)
        assert choices.reason_against("") is Quarantine.NO_PATIENT
    assert Choices(Basis.CONSENT, AT).reason_against("q") is Quarantine.NO_CONSENT
    assert Choices(Basis.NO_OBJECTION, AT).reason_against("q") is None


def test_sources_must_make_sense(tmp_path: Path) -> None:
    path = listed(tmp_path)
    for arguments in (
        {},
        {"opt_outs": path, "basis": Basis.CONSENT},
        {"opt_outs": path, "consents": path, "basis": Basis.EHDS_PERMIT},
    ):
        with pytest.raises(InvalidField):
            Sources(**arguments)  # type: ignore[arg-type]
    assert Sources(opt_outs=path).read(AT).basis is Basis.NO_OBJECTION


def test_choices_decide_which_resources_enter(tmp_path: Path) -> None:
    folder = export(tmp_path / "in", 14)
    consents = [consent_r4(f"p-{n:03}") for n in range(13)]
    consents[3] = consent_r4("p-003", policy="OPTOUT")
    consents[4] = consent_r4("p-004", status="on-hold")
    consents[5] = consent_r4("p-005", status="entered-in-error")
    path = ndjson(tmp_path / "Consent.ndjson", *consents, consent_r4("p-006", policy="OPTOUT"))
    sources = Sources(listed(tmp_path, "p-001", "Patient/p-002"), path)
    prepared = prepare_fhir(folder, tmp_path / "out", "us-1", "U", patients=sources, clock=lambda: AT)
    against = {name: reasons[0] for name, reasons in prepared.quarantined.items() if name.startswith("ImagingStudy")}
    assert against == {
        "ImagingStudy.ndjson:2": Quarantine.OPTED_OUT,
        "ImagingStudy.ndjson:3": Quarantine.OPTED_OUT,
        "ImagingStudy.ndjson:4": Quarantine.CONSENT_DENIES,
        "ImagingStudy.ndjson:5": Quarantine.CONSENT_UNCLEAR,
        "ImagingStudy.ndjson:6": Quarantine.NO_CONSENT,
        "ImagingStudy.ndjson:7": Quarantine.CONSENT_DENIES,
        "ImagingStudy.ndjson:14": Quarantine.NO_CONSENT,
    }
    assert prepared.opt_out_checked_at == AT
    assert load_prepared(tmp_path / "out").opt_out_checked_at == AT
    public = json.loads(prepared.attestation)
    assert public["patients"]["basis"] == "CONSENT"
    assert public["patients"]["sources"] == ["opt-out list", "FHIR 4.0.1 Consent"]
    assert public["counts"]["quarantined"]["OPTED_OUT"] == "UNDER_10"
    assert b"p-0" not in prepared.attestation + prepared.card


def test_a_time_and_lists_together_are_refused(tmp_path: Path) -> None:
    sources = Sources(listed(tmp_path, "p-001"))
    with pytest.raises(InvalidField):
        prepare_fhir(export(tmp_path / "in"), tmp_path / "out", "a", "t", patients=sources, opt_out_checked_at=AT)


def images(folder: Path, *patients: str) -> Path:
    folder.mkdir()
    for number, patient in enumerate(patients):
        dataset = evidence(ultrasound(np.full((4, 5), number, dtype=np.uint8)), "113100", "113101")
        dataset.PatientID = patient
        saved(dataset, folder / f"{number:03}.dcm")
    return folder


def test_choices_decide_which_images_enter(tmp_path: Path) -> None:
    folder = images(tmp_path / "in", "p-001", "p-002", "", "Doe^Jane")
    sources = Sources(listed(tmp_path, "p-002"))
    prepared = prepare_dicom(folder, tmp_path / "out", "us", "Ultrasound", patients=sources)
    assert prepared.quarantined == {
        "001.dcm": (Quarantine.OPTED_OUT,),
        "002.dcm": (Quarantine.NO_PATIENT,),
        "003.dcm": (Quarantine.NO_PATIENT,),
    }
    sources = Sources(listed(tmp_path, "p-001", "p-002"))
    with pytest.raises(NothingEligible):
        prepare_dicom(folder, tmp_path / "again", "us", "Ultrasound", patients=sources)


def test_fhir_consents_decide_which_images_enter(tmp_path: Path) -> None:
    folder = images(tmp_path / "in", "p-000", "p-001", "p-002", "p-003", "p-004")
    consents = (
        consent_r5("p-000"),
        consent_r5("p-001"),
        consent_r5("p-001", decision="deny"),
        consent_r5("p-002", "unknown"),
        consent_r5("p-004"),
    )
    path = ndjson(tmp_path / "Consent.ndjson", *consents)
    sources = Sources(listed(tmp_path, "p-004"), path, Release.R5)
    prepared = prepare_dicom(folder, tmp_path / "out", "us", "U", patients=sources, clock=lambda: AT)
    assert prepared.quarantined == {
        "001.dcm": (Quarantine.CONSENT_DENIES,),
        "002.dcm": (Quarantine.CONSENT_UNCLEAR,),
        "003.dcm": (Quarantine.NO_CONSENT,),
        "004.dcm": (Quarantine.OPTED_OUT,),
    }
    assert prepared.opt_out_checked_at == AT
    public = json.loads(prepared.attestation)
    assert (public["patients"]["basis"], public["patients"]["sources"][1]) == ("CONSENT", "FHIR 5.0.0 Consent")
