"""Reading folders: the rule of entry, and files that mean harm."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from ledger_node.edge.dicom import read_folder
from ledger_node.edge.inspection import inspect
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits, Worker
from ledger_node.edge.workers import Workers
from ledger_node.errors import EmptyFolder, ToolMissing
from tests.unit.edge.conftest import pydicom_files
from tests.unit.edge.hostile import bomb
from tests.unit.edge.synthetic import evidence, saved, ultrasound

PIXELS = np.arange(20, dtype=np.uint8).reshape(4, 5)
ALL = ("113100", "113101")


def reasons(folder: Path, limits: Limits | None = None) -> dict[str, tuple[Quarantine, ...]]:
    return {file.name: file.reasons for file in read_folder(folder, limits)}


def test_read_folder_quarantines_real_files_as_they_are(real: Path) -> None:
    wanted = (
        Quarantine.NO_IDENTITY_REMOVED,
        Quarantine.NO_METHOD,
        Quarantine.NO_LONGITUDINAL_STATUS,
        Quarantine.NO_CLEAN_PIXEL_DATA,
        Quarantine.BURNED_IN_ANNOTATION_NOT_EXCLUDED,
    )
    seen = reasons(real)
    assert len(seen) == 5
    assert set(seen.values()) == {wanted}


def test_read_folder_takes_an_eligible_file_and_reports_progress(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    dataset = evidence(ultrasound(PIXELS), *ALL)
    saved(dataset, tmp_path / "deep" / "a.dcm")
    steps: list[tuple[int, int]] = []
    (file,) = read_folder(tmp_path, progress=lambda done, total: steps.append((done, total)))
    assert file.reasons == ()
    assert file.name == "deep/a.dcm"
    assert (file.instance, file.modality) == (dataset.SOPInstanceUID, "US")
    assert (file.options, file.longitudinal) == ((113100, 113101), "REMOVED")
    assert len(file.digest) == 32
    assert steps == [(1, 1)]


@pytest.mark.parametrize(
    ("keyword", "value", "wanted"),
    [
        ("PatientIdentityRemoved", "NO", Quarantine.NO_IDENTITY_REMOVED),
        ("PatientIdentityRemoved", None, Quarantine.NO_IDENTITY_REMOVED),
        ("LongitudinalTemporalInformationModified", None, Quarantine.NO_LONGITUDINAL_STATUS),
        ("LongitudinalTemporalInformationModified", "PERHAPS", Quarantine.NO_LONGITUDINAL_STATUS),
        ("BurnedInAnnotation", "YES", Quarantine.BURNED_IN_ANNOTATION_NOT_EXCLUDED),
        ("BurnedInAnnotation", None, Quarantine.BURNED_IN_ANNOTATION_NOT_EXCLUDED),
    ],
)
def test_inspect_names_the_one_reason(tmp_path: Path, keyword: str, value: str | None, wanted: Quarantine) -> None:
    dataset = evidence(ultrasound(PIXELS), *ALL)
    if value is None:
        del dataset[keyword]
    else:
        setattr(dataset, keyword, value)
    assert inspect(str(saved(dataset, tmp_path / "a.dcm")))["reasons"] == [wanted]


def test_inspect_wants_the_pixel_code_of_ultrasound_by_class_alone(tmp_path: Path) -> None:
    dataset = evidence(ultrasound(PIXELS, Modality="OT"), "113100")
    assert inspect(str(saved(dataset, tmp_path / "a.dcm")))["reasons"] == [Quarantine.NO_CLEAN_PIXEL_DATA]


def test_inspect_wants_no_pixel_code_of_other_images(tmp_path: Path) -> None:
    dataset = evidence(ultrasound(PIXELS, Modality="CT", SOPClassUID="1.2.840.10008.5.1.4.1.1.2"), "113100")
    answer = inspect(str(saved(dataset, tmp_path / "a.dcm")))
    assert (answer["reasons"], answer["modality"], answer["options"]) == ([], "CT", [113100])


def test_inspect_takes_no_code_of_another_scheme(tmp_path: Path) -> None:
    dataset = evidence(ultrasound(PIXELS), *ALL, "113113")
    dataset.DeidentificationMethodCodeSequence[1].CodingSchemeDesignator = "99LOCAL"
    answer = inspect(str(saved(dataset, tmp_path / "a.dcm")))
    assert answer["options"] == [113100]
    assert answer["reasons"] == [Quarantine.NO_CLEAN_PIXEL_DATA]


def test_inspect_reads_codes_however_they_are_written(tmp_path: Path) -> None:
    dataset = evidence(ultrasound(PIXELS), *ALL)
    dataset.DeidentificationMethodCodeSequence[0].SpecificCharacterSet = "ISO_IR 192"  # this is read the long way
    assert inspect(str(saved(dataset, tmp_path / "a.dcm")))["options"] == [113100, 113101]
    del dataset.DeidentificationMethodCodeSequence
    dataset.add_new("DeidentificationMethodCodeSequence", "LO", "113101")
    with pytest.raises(AttributeError):
        inspect(str(saved(dataset, tmp_path / "b.dcm")))


def test_inspect_sees_missing_pixels() -> None:
    assert Quarantine.PIXELS_UNREADABLE in inspect(str(pydicom_files() / "MR_truncated.dcm"))["reasons"]


@pytest.mark.parametrize("length", [0x7FFFFFFF, 0xFFFFFFFE])
def test_length_beyond_the_file_costs_no_memory(tmp_path: Path, length: int) -> None:
    """A reader that believed it would ask for gigabytes, and its process end."""
    path = saved(evidence(ultrasound(PIXELS), *ALL), tmp_path / "a.dcm")
    content = path.read_bytes()
    at = content.rindex(b"\xe0\x7f\x10\x00OB\0\0") + 8
    path.write_bytes(content[:at] + length.to_bytes(4, "little") + content[at + 4 :])
    with Worker(Limits(memory=320 << 20)) as worker:
        answer = worker.ask("inspect", path=str(path))
    assert answer is not None
    assert answer["reasons"] == [] or "failed" in answer


def test_media_directories_are_not_followed(tmp_path: Path) -> None:
    """Real ones, in every byte order, with private records and without: what they list lies in the folder anyway."""
    samples = sorted((pydicom_files() / "dicomdirtests").glob("DICOMDIR*"))
    assert len(samples) > 5
    for sample in samples:
        (tmp_path / sample.name).write_bytes(sample.read_bytes())
    assert set(reasons(tmp_path).values()) == {(Quarantine.MEDIA_DIRECTORY,)}


def test_read_folder_survives_hostile_files(tmp_path: Path) -> None:
    good = saved(evidence(ultrasound(PIXELS), *ALL), tmp_path / "z-good.dcm")
    (tmp_path / "again.dcm").write_bytes(good.read_bytes())
    (tmp_path / "text.dcm").write_text("Jane Doe, born 1970")
    (tmp_path / "empty.dcm").write_bytes(b"")
    (tmp_path / "mark.dcm").write_bytes(b"\0" * 128 + b"DICM")
    whole = saved(evidence(ultrasound(np.zeros((80, 80), dtype=np.uint8)), *ALL), tmp_path / "cut.dcm")
    whole.write_bytes(whole.read_bytes()[:-2_000])
    (tmp_path / "link.dcm").symlink_to(good)
    (tmp_path / "up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.dcm")
    (tmp_path / "bomb.dcm").write_bytes(bomb(200 << 20))
    (tmp_path / os.fsdecode(b"odd\xff.dcm")).write_bytes(b"")
    seen = reasons(tmp_path, Limits(memory=320 << 20, seconds=60))
    assert seen.pop("again.dcm") == ()
    assert seen.pop("z-good.dcm") == (Quarantine.DUPLICATE_INSTANCE,)
    assert seen.pop("text.dcm") == (Quarantine.NOT_DICOM,)
    assert seen.pop("empty.dcm") == (Quarantine.NOT_DICOM,)
    assert seen.pop(os.fsdecode(b"odd\xff.dcm")) == (Quarantine.NOT_DICOM,)
    assert seen.pop("mark.dcm") == (Quarantine.UNREADABLE,)
    assert seen.pop("bomb.dcm") == (Quarantine.UNREADABLE,)
    for name in ("link.dcm", "up", "pipe.dcm"):
        assert seen.pop(name) == (Quarantine.NOT_REGULAR_FILE,)
    assert seen.pop("cut.dcm") == (Quarantine.PIXELS_UNREADABLE,)
    assert not seen


def test_read_folder_keeps_time(tmp_path: Path) -> None:
    saved(evidence(ultrasound(PIXELS), *ALL), tmp_path / "a.dcm")
    assert reasons(tmp_path, Limits(seconds=0.001)) == {"a.dcm": (Quarantine.UNREADABLE,)}


def test_worker_starts_one_child_for_a_batch_and_another_after_a_break(tmp_path: Path) -> None:
    path = saved(evidence(ultrasound(PIXELS), *ALL), tmp_path / "a.dcm")
    (tmp_path / "bomb.dcm").write_bytes(bomb(200 << 20))
    with Worker(Limits(memory=320 << 20)) as worker:
        assert worker.ask("inspect", path=str(path)) == worker.ask("inspect", path=str(path))
        assert worker.started == 1
        assert worker.ask("inspect", path=str(tmp_path / "bomb.dcm")) is None
        answer = worker.ask("inspect", path=str(path))
        assert answer is not None
        assert answer["reasons"] == []
        assert worker.started == 2


def test_workers_answer_in_the_order_of_the_files_whatever_breaks(tmp_path: Path) -> None:
    """Each child has files at hand when it breaks: only the one that broke it has no answer."""
    files = [saved(evidence(ultrasound(PIXELS), *ALL), tmp_path / f"{at}.dcm") for at in range(40)]
    broken = {7, 8, 21, 39}
    for at in broken:
        files[at].write_bytes(bomb(200 << 20))
    with Worker(Limits()) as worker:
        wanted = [None if at in broken else worker.ask("inspect", path=str(path)) for at, path in enumerate(files)]
    with Workers(Limits(memory=320 << 20), 3) as workers:
        assert list(workers.ask_all("inspect", [{"path": str(path)} for path in files])) == wanted
    assert len({answer["digest"] for answer in wanted if answer}) == len(files) - len(broken)


@pytest.mark.parametrize("name", ["nothing", "missing", "file"])
def test_read_folder_refuses_an_empty_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "nothing" / "deeper").mkdir(parents=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(EmptyFolder):
        list(read_folder(tmp_path / name))


def test_read_folder_wants_the_extra(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger_node.edge.worker.find_spec", lambda name: None)
    with pytest.raises(ToolMissing):
        list(read_folder(real))
