"""`dataset deidentify`, `prepare` and `refresh` on FHIR exports and patients' choices, with no node at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.edge.fhir.resources import ndjson
from tests.unit.edge.fhir.test_fhir_prepare import export
from tests.unit.edge.patients.consents import consent_r4
from tests.unit.edge.patients.test_choices import listed

WORDS = ("--subject", "lab-1", "--title", "Laboratory")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return export(tmp_path / "in", 30)


def test_from_an_export_to_a_refreshed_version(run: Run, source: Path, tmp_path: Path) -> None:
    clean, first, second = (str(tmp_path / name) for name in ("clean", "v1", "v2"))
    assert run("dataset", "deidentify", str(source), "--fhir", "r4", "--out", clean).exit_code == 0
    opt_outs = str(listed(tmp_path, "p-000"))
    made = run("dataset", "prepare", clean, "--fhir", "R4", "--opt-outs", opt_outs, "--out", first, *WORDS, "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["quarantined"] == {"files": 3, "reasons": {"OPTED_OUT": 3}}
    few = str(listed(tmp_path, "p-000", "p-001"))
    refused = run("dataset", "refresh", first, "--opt-outs", few, "--out", second)
    assert refused.exit_code == 1
    assert "ML-0405" in refused.output
    batch = str(listed(tmp_path, *(f"p-{n:03}" for n in range(12))))
    made = run("dataset", "refresh", first, "--opt-outs", batch, "--out", second, "--json")
    assert made.exit_code == 0, made.output
    answer = json.loads(made.stdout)
    sizes = {"before": "FROM_10", "after": "FROM_10", "records": "FROM_10", "patients": "FROM_10"}
    assert answer["difference"] == sizes
    assert "p-0" not in made.output
    assert "WITHDRAWAL" in run("dataset", "refresh", first, "--opt-outs", batch, "--out", str(tmp_path / "v3")).output


def test_consents_decide(run: Run, source: Path, tmp_path: Path) -> None:
    consents = str(ndjson(tmp_path / "Consent.ndjson", *(consent_r4(f"p-{n:03}") for n in range(10))))
    given = ("dataset", "prepare", str(source), "--fhir", "R4", "--consents", consents, *WORDS, "--json")
    made = run(*given, "--out", str(tmp_path / "v1"))
    assert json.loads(made.stdout)["quarantined"]["reasons"] == {"NO_CONSENT": 60, "OTHER_RESOURCE": 1}
    made = run(*given, "--basis", "NO_OBJECTION", "--out", str(tmp_path / "v2"))
    assert json.loads(made.stdout)["quarantined"]["reasons"] == {"OTHER_RESOURCE": 1}
    assert run(*given, "--consents-fhir", "R5", "--out", str(tmp_path / "v3")).exit_code == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--fhir", "R3"),
        ("--fhir", "R4", "--dates", "SHIFTED"),
        ("--fhir", "R4", "--basis", "CONSENT"),
        ("--fhir", "R4", "--opt-outs", "missing.csv"),
        ("--fhir", "R4", "--opt-outs", "LIST", "--basis", "CONSENT"),
        ("--fhir", "R4", "--opt-outs", "LIST", "--opt-out-checked-at", "now"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    run: Run, source: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = str(listed(tmp_path))
    words = [path if word == "LIST" else word for word in options]
    result = run("dataset", "prepare", str(source), "--out", str(tmp_path / "v1"), *WORDS, *words)
    assert result.exit_code == 2, result.output
    assert not (tmp_path / "v1").exists()


def test_refresh_needs_a_list_and_a_table_its_pseudonyms(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,label\n1,0\n")
    path = str(listed(tmp_path))
    assert run("dataset", "refresh", str(tmp_path), "--out", str(tmp_path / "v2")).exit_code == 2
    given = ("dataset", "prepare", str(tmp_path / "t.csv"), "--opt-outs", path, "--out", str(tmp_path / "v1"))
    assert "--pseudonym" in run(*given, *WORDS).output
