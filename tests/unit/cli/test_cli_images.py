"""`dataset deidentify`, `prepare`, `refresh` and `erase` on images: whose each is, from the original to the erasure."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from tests.unit.cli.conftest import Run
from tests.unit.edge.patients.test_choices import listed
from tests.unit.edge.synthetic import saved, ultrasound

pytestmark = pytest.mark.slow

WORDS = ("--subject", "us-1", "--title", "Ultrasound")
SALT = "07" * 32
COUNT = 12


def original(number: int) -> str:
    return f"CANARY-MRN-{number:03}"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two images of each of twelve patients, and one of nobody."""
    folder = tmp_path / "in"
    folder.mkdir()
    for at in range(2 * COUNT):
        about = {"PatientID": original(at // 2), "IssuerOfPatientID": "CANARY-ISSUER", "OtherPatientIDs": original(at)}
        pixels = np.full((4, 5), at, dtype=np.uint8)
        saved(ultrasound(pixels, **about), folder / f"{at:03}.dcm")
    saved(ultrasound(np.full((4, 5), 99, dtype=np.uint8), PatientID=""), folder / "nobody.dcm")
    (tmp_path / "salt").write_text(SALT)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def done(run: Run, *words: object) -> dict[str, object]:
    made = run(*map(str, words), "--json")
    assert made.exit_code == 0, made.output
    assert "CANARY" not in made.output
    answer: dict[str, object] = json.loads(made.stdout)
    return answer


def test_from_originals_to_an_erasure(run: Run, source: Path, tmp_path: Path) -> None:
    clean, first, second, key = (tmp_path / name for name in ("clean", "v1", "v2", "key.csv"))
    words = ("--salt-file", tmp_path / "salt", "--key-out", key)
    assert done(run, "dataset", "deidentify", source, "--out", clean, *words)["written"] == 2 * COUNT + 1
    known = {row["patient"]: row["pseudonym"] for row in rows(key)}
    assert {row["issuer"] for row in rows(key)} == {"CANARY-ISSUER"}
    assert sorted(known) == [original(n) for n in range(COUNT)]
    assert len(set(known.values())) == COUNT
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    copies = [dcmread(path) for path in clean.glob("*.dcm")]
    assert sorted(copy.PatientID for copy in copies) == sorted(["", *known.values(), *known.values()])

    out = listed(tmp_path, known[original(0)])
    made = done(run, "dataset", "prepare", clean, "--opt-outs", out, "--out", first, *WORDS)
    assert made["quarantined"] == {"files": 3, "reasons": {"NO_PATIENT": 1, "OPTED_OUT": 2}}
    owners = {copy.SOPInstanceUID: copy.PatientID for copy in copies}
    told = {row["record"]: row["patient"] for row in rows(first / "patients.csv")}
    assert told == {uid: who for uid, who in owners.items() if who not in ("", known[original(0)])}
    said = json.loads((first / "attestation.json").read_bytes())["deidentification"]
    assert "HMAC-SHA256 over the original patient id" in said["pseudonyms"]
    assert SALT not in json.dumps(said)

    batch = listed(tmp_path, *(known[original(n)] for n in range(COUNT - 1)))
    done(run, "dataset", "refresh", first, "--opt-outs", batch, "--out", second)
    left = known[original(COUNT - 1)]
    assert [row["patient"] for row in rows(second / "patients.csv")] == [left, left]
    done(run, "dataset", "erase", first, "--patient", left)
    assert left not in (first / "patients.csv").read_text()
    assert len(rows(first / "patients.csv")) == 2 * (COUNT - 2)

    for path in (path for folder in (clean, first, second) for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert b"CANARY" not in content, path.name
        assert SALT.encode() not in content
        assert bytes.fromhex(SALT) not in content


def test_runs_agree_under_one_salt_and_by_the_hospitals_list(run: Run, source: Path, tmp_path: Path) -> None:
    def patients(name: str, *words: object) -> list[str]:
        done(run, "dataset", "deidentify", source, "--out", tmp_path / name, *words)
        assert sorted(path.suffix for path in (tmp_path / name).iterdir())[-1] == ".json"
        return sorted({dcmread(path).PatientID for path in (tmp_path / name).glob("*.dcm")})

    salt = ("--salt-file", tmp_path / "salt")
    assert patients("a", *salt) == patients("b", *salt) != patients("c")
    codes = tmp_path / "codes.csv"
    codes.write_text("patient,pseudonym\n" + "".join(f"{original(n)},code-{n}\n" for n in range(10)))
    left = tmp_path / "left.json"
    assert patients("d", "--pseudonyms", codes, "--quarantine", left) == ["", *(f"code-{n}" for n in range(10))]
    assert json.loads(left.read_text()) == {f"{at:03}.dcm": ["NO_PSEUDONYM"] for at in range(20, 24)}
    account = json.loads((tmp_path / "d" / "deidentified.json").read_text())["account"]
    assert "the hospital's own, by its list" in account["pseudonyms"]


def test_the_key_is_refused_where_it_does_not_belong(run: Run, source: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    for place in (clean / "key.csv", source / "key.csv", source / "nobody.dcm", tmp_path / "none" / "key.csv"):
        result = run("dataset", "deidentify", str(source), "--out", str(clean), "--key-out", str(place))
        assert result.exit_code == 1, result.output
        assert not clean.exists()
    assert len(list(source.iterdir())) == 2 * COUNT + 1
    for option in ("--key-out", "--pseudonyms"):
        words = ("--out", str(clean), "--fhir", "R4", option, str(tmp_path / "key.csv"))
        assert run("dataset", "deidentify", str(source), *words).exit_code == 2


def test_an_interrupted_run_leaves_no_key(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger_node.edge import deidentify, files

    monkeypatch.setattr(files.os, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        deidentify.deidentify(source, tmp_path / "clean", key_out=tmp_path / "key.csv")
    assert not (tmp_path / "key.csv").exists()
    assert not (tmp_path / "clean").exists()


def test_text_detection_without_its_extra_says_what_is_missing(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger_node.edge import worker

    find = worker.find_spec
    monkeypatch.setattr(worker, "find_spec", lambda name: None if name == "rapidocr_onnxruntime" else find(name))
    words = ("dataset", "deidentify", str(source), "--out", str(tmp_path / "clean"), "--text-detection")
    result = run(*words)
    assert result.exit_code == 3
    assert "the package rapidocr_onnxruntime is not installed" in result.output
    assert "the extra `text`" in result.output
    assert not (tmp_path / "clean").exists()
    assert run(*words, "--fhir", "R4").exit_code == 2


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt
