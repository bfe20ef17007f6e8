"""Preparing versions: what is written, what is public, and what a second look accepts."""

from __future__ import annotations

import hashlib
import json
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from ledger_node.domain.codes import PrivacyClaim, SizeClass
from ledger_node.edge import attestation, croissant, deidentified, manifest
from ledger_node.edge.prepare import Prepared, Review, load_prepared, prepare_dicom, prepare_table
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.tables.policy import Policy
from ledger_node.errors import (
    DocumentTooLarge,
    EmptyFolder,
    InvalidDocument,
    InvalidField,
    InvalidTable,
    ManifestMismatch,
    NotFound,
    NothingEligible,
    StateConflict,
)
from ledger_node.proof.strict_json import parse_canonical
from tests.unit.edge.conftest import Clean
from tests.unit.edge.synthetic import evidence, saved, ultrasound

PUBLIC = ["attestation.json", "card.json", "datasheet.md"]
FILES = [*PUBLIC, "manifest.key", "manifest.parquet", "quarantine.json", "report.json"]
OF_THE_STEWARD = {"name", "description", "columns"}
PIXELS = np.arange(20, dtype=np.uint8).reshape(4, 5)


def table(folder: Path, rows: int = 12) -> Path:
    path = folder / "table.csv"
    path.write_text("radius,texture,label\n" + "".join(f"{n}.5,{n},benign\n" for n in range(rows)))
    return path


def prepared_table(folder: Path, out: str = "out", rows: int = 12) -> Prepared:
    return prepare_table(table(folder, rows), folder / out, "breast-1", "Breast masses")


def images(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        saved(evidence(ultrasound(PIXELS + np.uint8(number)), "113100", "113101"), folder / f"{number:03}.dcm")
    return folder


def test_prepare_table_writes_a_version(tmp_path: Path) -> None:
    prepared = prepared_table(tmp_path)
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == FILES
    assert (prepared.size_class, prepared.options, prepared.quarantined) == (SizeClass.FROM_10, 0, {})
    assert prepared.claim is PrivacyClaim.PSEUDONYMISED
    assert prepared.card == (out / "card.json").read_bytes()
    assert prepared.card_digest == "0x" + hashlib.sha256(prepared.card).hexdigest()
    assert prepared.attestation_digest == "0x" + hashlib.sha256((out / "attestation.json").read_bytes()).hexdigest()
    card = parse_canonical(prepared.card, 1 << 18)
    assert isinstance(card, dict)
    assert {name: value for name, value in card.items() if name in croissant.OWN or name in OF_THE_STEWARD} == {
        "format": "medledger-dataset-card/2",
        "subject": "breast-1",
        "name": "Breast masses",
        "description": "",
        "recordKind": "TABLE_ROW",
        "modalities": ["TABULAR"],
        "sizeClass": "FROM_10",
        "claim": "PSEUDONYMISED",
        "deidentificationOptions": [],
        "columns": ["radius", "texture"],
        "label": "label",
        "smallestGroup": None,
        "optOutCheckedAt": None,
    }
    assert isinstance(parse_canonical(prepared.attestation, 1 << 18), dict)


def test_only_the_public_documents_are_readable_by_others(tmp_path: Path) -> None:
    prepared_table(tmp_path)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}
    assert {name for name, mode in modes.items() if mode & 0o077} == set(PUBLIC)


def test_load_prepared_gives_it_back(tmp_path: Path) -> None:
    checked = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone(timedelta(hours=2)))
    prepared = prepare_table(
        table(tmp_path),
        tmp_path / "out",
        "breast-1",
        "Breast masses",
        description="Twelve rows",
        claim=PrivacyClaim.SYNTHETIC,
        opt_out_checked_at=checked,
    )
    assert load_prepared(tmp_path / "out") == load_prepared(tmp_path / "out", "breast-1") == prepared
    assert b'"optOutCheckedAt":"2026-01-02T01:04:05Z"' in prepared.card


def test_load_prepared_gives_images_back(clean: Clean, tmp_path: Path) -> None:
    prepared = prepare_dicom(clean.result.folder, tmp_path / "out", "us", "Ultrasound", review=Review(20, 3))
    assert load_prepared(tmp_path / "out", "us") == prepared
    assert json.loads(prepared.attestation)["review"] == {"sampleChecked": 20, "defectsFound": "UNDER_10"}
    assert json.loads(prepared.card)["modalities"] == ["US"]


def test_two_preparings_share_neither_root_nor_leaf(tmp_path: Path) -> None:
    first, second = prepared_table(tmp_path, "a"), prepared_table(tmp_path, "b")
    assert first.root != second.root
    assert first.card == second.card
    leaves = [{leaf.tobytes() for leaf in manifest.load(version.folder).leaves} for version in (first, second)]
    assert not leaves[0] & leaves[1]


def test_load_prepared_refuses_another_dataset(tmp_path: Path) -> None:
    prepared_table(tmp_path)
    with pytest.raises(ManifestMismatch):
        load_prepared(tmp_path / "out", "breast-2")
    (tmp_path / "out" / "card.json").write_bytes(b"{}")
    with pytest.raises(ManifestMismatch):
        load_prepared(tmp_path / "out")


def test_load_prepared_refuses_a_broken_version(tmp_path: Path) -> None:
    prepared_table(tmp_path)
    with pytest.raises(NotFound):
        load_prepared(tmp_path)
    (tmp_path / "out" / "quarantine.json").write_text("[]")
    with pytest.raises(InvalidDocument):
        load_prepared(tmp_path / "out")
    (tmp_path / "out" / "quarantine.json").unlink()
    with pytest.raises(NotFound):
        load_prepared(tmp_path / "out")


def test_prepare_refuses_a_folder_in_use(tmp_path: Path, clean: Clean) -> None:
    prepared = prepared_table(tmp_path)
    with pytest.raises(StateConflict):
        prepared_table(tmp_path)
    with pytest.raises(StateConflict):
        prepare_dicom(clean.result.folder, tmp_path / "out", "us", "Ultrasound")
    with pytest.raises(StateConflict):
        prepare_dicom(clean.result.folder, clean.result.folder / "version", "us", "Ultrasound")
    assert load_prepared(tmp_path / "out") == prepared


@pytest.mark.parametrize("stage", ["manifest.key", "attestation.json", "card.json", "quarantine.json", "report.json"])
def test_prepare_leaves_nothing_when_it_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    from ledger_node.edge import files, keys, prepared

    def interrupted(path: Path, content: bytes, mode: int = 0o600) -> None:
        files.write_file(path, content[: len(content) // 2], mode)
        if path.name == stage:
            raise KeyboardInterrupt

    for module in (keys, prepared):
        monkeypatch.setattr(module, "write_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepared_table(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_prepare_dicom_counts_why_nothing_is_eligible(real: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingEligible) as refused:
        prepare_dicom(real, tmp_path / "out", "us", "Ultrasound")
    assert refused.value.facts["counts"]["NO_IDENTITY_REMOVED"] == 5
    assert "examples" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_prepare_refuses_nothing_to_prepare(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyFolder):
        prepare_dicom(tmp_path / "empty", tmp_path / "out", "us", "Ultrasound")
    with pytest.raises(NothingEligible):
        prepared_table(tmp_path, rows=0)
    with pytest.raises(InvalidTable):
        prepare_table(table(tmp_path), tmp_path / "out", "breast-1", "Breast", policy=Policy(label="missing"))


def test_prepare_dicom_shows_counts_by_tens_only(tmp_path: Path) -> None:
    folder = images(tmp_path / "in", 23)
    (folder / "Jane Doe.dcm").write_text("")
    prepared = prepare_dicom(folder, tmp_path / "out", "us", "Ultrasound")
    public = json.loads(prepared.attestation)
    assert public["counts"] == {"in": 20, "out": 20, "quarantined": {"NOT_DICOM": "UNDER_10"}}
    assert public["evidence"] == "declared by the files"
    assert (prepared.size_class, prepared.options) == (SizeClass.FROM_10, 0b11)
    assert prepared.quarantined == {"Jane Doe.dcm": (Quarantine.NOT_DICOM,)}
    assert json.loads((tmp_path / "out" / "quarantine.json").read_bytes()) == {"Jane Doe.dcm": ["NOT_DICOM"]}
    others = [tmp_path / "out" / name for name in FILES if name != "quarantine.json"]
    assert not [path for path in others if b"Jane" in path.read_bytes() or b".dcm" in path.read_bytes()]


def test_prepare_dicom_claims_only_options_that_all_records_have(tmp_path: Path) -> None:
    folder = images(tmp_path / "in", 1)
    saved(evidence(ultrasound(PIXELS), "113101", "113107"), folder / "other.dcm")
    assert prepare_dicom(folder, tmp_path / "out", "us", "Ultrasound").options == 0b10


def test_prepare_dicom_takes_only_records_of_the_run(clean: Clean, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    for path in clean.result.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    changed = sorted(folder.glob("*.dcm"))[0]
    dataset = dcmread(changed)
    dataset.PatientName = "Doe^Jane"
    dataset.save_as(changed)
    prepared = prepare_dicom(folder, tmp_path / "out", "us", "Ultrasound")
    assert prepared.quarantined == {changed.name: (Quarantine.NOT_OF_THIS_RUN,)}
    assert json.loads(prepared.attestation)["deidentification"] == clean.result.account
    (folder / deidentified.NAME).write_text("{}")
    with pytest.raises(InvalidDocument):
        prepare_dicom(folder, tmp_path / "again", "us", "Ultrasound")


@pytest.mark.parametrize(
    ("subject", "title", "description"),
    [("", "t", ""), ("-a", "t", ""), ("a b", "t", ""), ("a" * 129, "t", ""), ("a", " ", ""), ("a", "t" * 201, ""),
     ("a", "t", "d" * 4_001)],
)  # fmt: skip
def test_prepare_refuses_words_that_a_card_cannot_hold(
    tmp_path: Path, subject: str, title: str, description: str
) -> None:
    with pytest.raises(InvalidField):
        prepare_table(table(tmp_path), tmp_path / "out", subject, title, description=description)


@pytest.mark.parametrize("checked", [datetime(2026, 1, 1), datetime.now(UTC) + timedelta(days=1)])
def test_prepare_refuses_an_opt_out_check_at_no_past_time(tmp_path: Path, checked: datetime) -> None:
    with pytest.raises(InvalidField):
        prepare_table(table(tmp_path), tmp_path / "out", "a", "t", opt_out_checked_at=checked)


def test_prepare_refuses_a_card_beyond_one_block(tmp_path: Path) -> None:
    names = [f"{'abcdefghij'[n % 10] * 60}{n}" for n in range(1_990)]
    path = tmp_path / "wide.csv"
    path.write_text(",".join([*(name[:64] for name in names), "label"]) + "\n" + "1," * 1_990 + "0\n")
    prepared = prepare_table(path, tmp_path / "out", "a", "t")
    assert len(prepared.card) < 256 * 1024
    with pytest.raises(DocumentTooLarge):
        attestation.document("a", {"words": "x" * 256 * 1024})


@pytest.mark.parametrize(("count", "shown"), [(0, "UNDER_10"), (9, "UNDER_10"), (10, 10), (19, 10), (284, 280)])
def test_counted_shows_no_small_number(count: int, shown: int | str) -> None:
    assert attestation.counted(count) == shown


def test_the_attestation_says_with_which_tools_and_when(tmp_path: Path) -> None:
    times = iter([datetime(2026, 5, 1, 10, tzinfo=UTC), datetime(2026, 5, 1, 11, tzinfo=UTC)])
    prepared = prepare_table(table(tmp_path), tmp_path / "out", "a", "t", clock=lambda: next(times))
    public = json.loads(prepared.attestation)
    assert (public["start"], public["end"]) == ("2026-05-01T10:00:00Z", "2026-05-01T11:00:00Z")
    assert [tool["name"] for tool in public["tools"]] == ["medledger", "pyarrow"]
    assert len(public["tools"][0]["digest"]) == 64
    assert public["outcome"] == "COMPLETED"
