"""Patients' choices reach a table's rows from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


def test_rows_of_patients_who_object_stay_out_of_a_prepared_table(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"p-{n:03},{n % 7},{n % 2}\n" for n in range(40))
    Path("t.csv").write_text(f"person,size,label\n{rows}")
    Path("opt-outs.csv").write_text("patient\np-001\np-002\n")
    options = ["--pseudonym", "person", "--opt-outs", "opt-outs.csv", "--subject", "lab", "--title", "Lab"]
    options += ["--quarantine", "stays-out.json"]
    result = run("dataset", "prepare", "t.csv", "--out", "v1", *options, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(Path("v1/quarantine.json").read_text())
    assert Path("stays-out.json").stat().st_mode & 0o777 == 0o600
    assert "OPTED_OUT" in Path("v1/quarantine.json").read_text()
    assert json.loads(Path("v1/attestation.json").read_text())["patients"]["sources"] == ["opt-out list"]
