"""De-identification of real ultrasound: what goes, what stays, and what is said of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import config, dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ledger_node.edge import deidentified
from ledger_node.edge.attributes import fresh_uid
from ledger_node.edge.deidentify import deidentify
from ledger_node.edge.pixels import mask_of, regions_of
from ledger_node.edge.prepare import prepare_dicom
from ledger_node.edge.quarantine import Quarantine
from ledger_node.errors import EmptyFolder, InvalidField, StateConflict, ToolMissing
from tests.unit.edge.conftest import NO_REGIONS, REGIONS, SALT, Clean
from tests.unit.edge.synthetic import saved, ultrasound

pytestmark = pytest.mark.slow

CANARY = "CANARYQZ"
TEXT = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
TIMES = {"DA": "19010203", "TM": "010203.456789", "DT": "19010203010203.456789"}
UID = "1.2.826.77777777"
NEEDED = ("Modality", "PhotometricInterpretation", "SpecificCharacterSet", "SOPClassUID")


def copies(clean: Clean) -> dict[str, Dataset]:
    """The two copies, by the name of their source."""
    files = [dcmread(path) for path in clean.result.folder.glob("*.dcm")]
    by_uid = {str(file.SOPInstanceUID): file for file in files}
    with config.disable_value_validation():
        sources = {name: dcmread(clean.source / name) for name in REGIONS}
    return {name: by_uid[fresh_uid(SALT, str(source.SOPInstanceUID))] for name, source in sources.items()}


def test_deidentify_writes_two_of_the_five_real_files(clean: Clean) -> None:
    assert clean.result.written == 2
    assert clean.result.quarantined == dict.fromkeys(NO_REGIONS, (Quarantine.NO_ULTRASOUND_REGIONS,))
    assert sorted(path.suffix for path in clean.result.folder.iterdir()) == [".dcm", ".dcm", ".json"]


def test_deidentify_leaves_the_originals_alone(clean: Clean, real: Path) -> None:
    with config.disable_value_validation():
        assert dcmread(real / REGIONS[1]).PatientName == "PLA"
    assert len(list(real.iterdir())) == 5


@pytest.mark.parametrize(("name", "shape"), [(REGIONS[0], (350, 800)), (REGIONS[1], (30, 240, 320, 3))])
def test_deidentify_blanks_real_pixels_outside_the_regions(clean: Clean, name: str, shape: tuple[int, ...]) -> None:
    source, copy = dcmread(clean.source / name), copies(clean)[name]
    assert copy.pixel_array.shape == shape
    keep = mask_of(regions_of(source, source.Rows, source.Columns).boxes, source.Rows, source.Columns)
    before, after = source.pixel_array, copy.pixel_array
    frames = 30 if "NumberOfFrames" in source else 1
    for old, new in zip(before.reshape(frames, *keep.shape, -1), after.reshape(frames, *keep.shape, -1), strict=True):
        assert np.array_equal(old[keep], new[keep])
        outside = new[~keep]
        assert (outside == outside[0]).all()
        assert not (old[~keep] == outside[0]).all()
    assert copy.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert copy.PhotometricInterpretation == ("PALETTE COLOR" if name == REGIONS[0] else "RGB")


def test_deidentify_sets_true_evidence(clean: Clean) -> None:
    for copy in copies(clean).values():
        assert copy.PatientIdentityRemoved == "YES"
        assert [item.CodeValue for item in copy.DeidentificationMethodCodeSequence] == ["113100", "113101"]
        assert "no text detection inside the declared regions" in list(copy.DeidentificationMethod)
        assert copy.BurnedInAnnotation == "NO"
        assert copy.LongitudinalTemporalInformationModified == "REMOVED"
        assert not [e for e in copy if e.VR in TIMES and e.value]
        assert copy.preamble == b"\0" * 128
        assert copy.ImageType[0] == "DERIVED"
        assert not any((copy.PatientName, copy.Manufacturer))
        assert re.fullmatch(r"p-[a-z2-7]{16}", copy.PatientID)
        assert "patient id: replaced by a pseudonym" in list(copy.DeidentificationMethod)
    cine = copies(clean)[REGIONS[1]]
    assert (cine.NumberOfFrames, cine.FrameTime, cine.FrameIncrementPointer) == (30, 33.333, 0x00181063)


def test_deidentify_gives_consistent_fresh_uids(tmp_path: Path) -> None:
    pixels = np.arange(20, dtype=np.uint8).reshape(4, 5)
    study = "1.2.3.4"
    (tmp_path / "in").mkdir()
    for number in range(2):
        saved(ultrasound(pixels + np.uint8(number), StudyInstanceUID=study), tmp_path / "in" / f"{number}.dcm")
    first = deidentify(tmp_path / "in", tmp_path / "a")
    second = deidentify(tmp_path / "in", tmp_path / "b")
    studies = [{dcmread(p).StudyInstanceUID for p in run.folder.glob("*.dcm")} for run in (first, second)]
    assert [len(found) for found in studies] == [1, 1]
    assert study not in studies[0] | studies[1]
    assert not studies[0] & studies[1]


def test_deidentify_accounts_for_itself_without_names_or_small_numbers(clean: Clean) -> None:
    account = clean.result.account
    assert account["edition"] == "PS3.15 2026c"
    assert account["options"] == [113100, 113101]
    assert account["outcome"] == "COMPLETED"
    assert account["counts"] == {
        "in": "UNDER_10",
        "out": "UNDER_10",
        "quarantined": {"NO_ULTRASOUND_REGIONS": "UNDER_10"},
    }
    text = json.dumps(account)
    assert "No text detection was done" in text
    assert "assumed, not checked" in text
    assert not [name for name in (*REGIONS, *NO_REGIONS) if name in text or Path(name).stem in text]
    run = deidentified.load(clean.result.folder)
    assert run is not None
    assert run.account == account
    assert {record.hex() for record in run.records} == {path.stem for path in clean.result.folder.glob("*.dcm")}


def test_prepare_takes_the_copies(clean: Clean, tmp_path: Path) -> None:
    prepared = prepare_dicom(clean.result.folder, tmp_path / "out", "thyroid", "Thyroid ultrasound")
    assert prepared.quarantined == {}
    assert prepared.options == 0b11


# canaries


def planted(source: Path, target: Path) -> int:
    """A copy of a real file with a canary in every element that can hold one; returns how many."""
    with config.disable_value_validation():
        dataset = dcmread(source)
        count = plant(dataset, target.stem[-1])
        for keyword in ("PatientComments", "ImageComments", "StudyDescription", "PatientAddress", "TextString"):
            setattr(dataset, keyword, CANARY)
        nested = Dataset()
        nested.RequestedProcedureDescription = nested.PatientName = CANARY
        nested.private_block(0x0011, CANARY, create=True).add_new(1, "UN", CANARY.encode())
        dataset.RequestAttributesSequence = Sequence([nested])
        dataset.AnatomicRegionSequence = Sequence([nested])
        dataset.SequenceOfUltrasoundRegions[0].PatientName = CANARY
        dataset.SequenceOfUltrasoundRegions[0].ContentDate = TIMES["DA"]
        dataset.private_block(0x0013, CANARY, create=True).add_new(2, "OB", CANARY.encode())
        dataset.add_new(0x60003000, "OW", CANARY.encode() * 4)
        dataset.add_new(0x60000022, "LO", CANARY)
        dataset.add_new(0x50003000, "OW", CANARY.encode())
        dataset.ICCProfile = dataset.EncapsulatedDocument = CANARY.encode()
        dataset.add_new(0xFFFCFFFC, "OB", CANARY.encode())
        dataset.preamble = CANARY.encode().ljust(128, b"Q")
        for keyword in ("SourceApplicationEntityTitle", "ImplementationVersionName"):
            setattr(dataset.file_meta, keyword, CANARY)
        dataset.file_meta.PrivateInformationCreatorUID = UID
        dataset.file_meta.PrivateInformation = CANARY.encode()
        dataset.save_as(target)
    return count


def plant(dataset: Dataset, file: str) -> int:
    count = 0
    for element in dataset:
        if element.keyword in NEEDED:
            continue
        if element.VR == "SQ":
            count += sum(plant(item, file) for item in element.value)
        elif element.VR in TEXT:
            element.value, count = CANARY, count + 1
        elif element.VR in TIMES:
            element.value, count = TIMES[element.VR], count + 1
        elif element.VR == "UI":
            element.value, count = f"{UID}.{file}.{count}", count + 1
    return count


@pytest.fixture(scope="module")
def canaries(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What de-identification and preparing made of files full of canaries, under names that are canaries too."""
    place = tmp_path_factory.mktemp("canaries")
    (place / "in" / CANARY).mkdir(parents=True)
    for number, name in enumerate(REGIONS):
        assert planted(real / name, place / "in" / CANARY / f"{CANARY}-{number}.dcm") > 20
    assert deidentify(place / "in", place / "clean").written == 2
    assert prepare_dicom(place / "clean", place / "version", "thyroid", "Thyroid ultrasound").quarantined == {}
    return place


def test_no_canary_is_in_any_output_byte(canaries: Path) -> None:
    files = [path for part in ("clean", "version") for path in (canaries / part).rglob("*")]
    assert len(files) == 2 + 1 + 8
    words = [CANARY, UID, *TIMES.values()]
    for content in (path.read_bytes() for path in files):
        for word in words:
            assert word.encode() not in content
            assert word.encode("utf-16-le") not in content
            assert bytes(reversed(word.encode())) not in content


def test_regions_keep_no_word_spelled_in_numbers(tmp_path: Path) -> None:
    """Tables of a region, elements that the standard does not name, and more values than one may be any bytes."""
    image = ultrasound(np.arange(48, dtype=np.uint8).reshape(6, 8))
    (item,) = image.SequenceOfUltrasoundRegions
    word = CANARY.encode()
    item.RegionFlags = np.frombuffer(word, "<u2").tolist()
    item.TableOfPixelValues = np.frombuffer(word, "<u4").tolist()
    item.add_new(0x00186059, "FL", np.frombuffer(word, "<f4").tolist())
    item.PhysicalDeltaX = 0.25
    (tmp_path / "in").mkdir()
    assert word in saved(image, tmp_path / "in" / "a.dcm").read_bytes()
    assert deidentify(tmp_path / "in", tmp_path / "out").written == 1
    (copy,) = (tmp_path / "out").glob("*.dcm")
    assert word not in copy.read_bytes()
    assert dcmread(copy).SequenceOfUltrasoundRegions[0].PhysicalDeltaX == 0.25


def test_the_table_alone_would_leave_canaries(canaries: Path) -> None:
    """Why there is a list of what to keep: PS3.15's table does not name every element that can hold a name."""
    from ledger_node.edge import attributes

    with config.disable_value_validation():
        dataset = dcmread(next((canaries / "in" / CANARY).iterdir()))
        attributes._apply(dataset, attributes._table())
        left = {element.keyword for element in dataset.iterall() if CANARY in str(element.value)}
    assert "Manufacturer" in left
    assert "PatientName" not in left


def test_the_public_documents_hold_no_file_name(canaries: Path) -> None:
    (canaries / "clean" / f"{CANARY}.dcm").write_text("")
    prepared = prepare_dicom(canaries / "clean", canaries / "again", "thyroid", "Thyroid ultrasound")
    assert prepared.quarantined == {f"{CANARY}.dcm": (Quarantine.NOT_DICOM,)}
    assert CANARY.encode() not in prepared.card + prepared.attestation


# refusals and interruptions


def test_deidentify_with_refuse_clipped_takes_none_of_the_real_files(real: Path, tmp_path: Path) -> None:
    result = deidentify(real, tmp_path / "out", refuse_clipped=True)
    assert result.written == 0
    assert {result.quarantined[name] for name in REGIONS} == {(Quarantine.REGIONS_BEYOND_IMAGE,)}
    assert result.account["outcome"] == "NOTHING_WRITTEN"


def test_deidentify_lists_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "text.dcm").write_text("text")
    (tmp_path / "in" / "link.dcm").symlink_to("/etc/hostname")
    steps: list[tuple[int, int]] = []
    result = deidentify(tmp_path / "in", tmp_path / "out", progress=lambda done, total: steps.append((done, total)))
    assert result.quarantined == {
        "link.dcm": (Quarantine.NOT_REGULAR_FILE,),
        "text.dcm": (Quarantine.NOT_DICOM,),
    }
    assert steps == [(1, 2), (2, 2)]


def test_deidentify_leaves_nothing_that_others_see_when_it_is_interrupted(real: Path, tmp_path: Path) -> None:
    """What it did is kept hidden, for itself (`test_resuming`)."""

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deidentify(real, tmp_path / "out", progress=stop)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {".out.partial": 0o700, ".out.journal": 0o600}


def test_deidentify_refuses_what_it_should(real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    (tmp_path / "none").mkdir()
    with pytest.raises(StateConflict):
        deidentify(real, tmp_path / "full")
    with pytest.raises(StateConflict):
        deidentify(tmp_path, tmp_path / "full" / "deeper")
    with pytest.raises(InvalidField):
        deidentify(real, tmp_path / "out", b"short")
    with pytest.raises(EmptyFolder):
        deidentify(tmp_path / "none", tmp_path / "out")
    monkeypatch.setattr("ledger_node.edge.worker.find_spec", lambda name: None)
    with pytest.raises(ToolMissing):
        deidentify(real, tmp_path / "out")


def test_the_child_gets_no_environment(real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    import subprocess

    begin = subprocess.Popen

    def spying(*words: Any, **options: Any) -> Any:
        seen.append(options["env"])
        return begin(*words, **options)

    monkeypatch.setenv("CANARY", CANARY)
    monkeypatch.setattr("ledger_node.edge.worker.subprocess.Popen", spying)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_text("")
    deidentify(tmp_path / "in", tmp_path / "out")
    assert seen
    assert all("CANARY" not in env for env in seen)
    assert os.environ["CANARY"] == CANARY


def test_copies_are_named_by_their_record_digest(clean: Clean) -> None:
    from ledger_node.edge.inspection import inspect

    for path in clean.result.folder.glob("*.dcm"):
        assert inspect(str(path))["digest"] == path.stem
        assert hashlib.sha256(path.read_bytes()).hexdigest() != path.stem
