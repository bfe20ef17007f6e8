"""Files of devices, from the watched folder into the log."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.streams.intake import RECEIVED, Intake
from ledger_node.edge.streams.log import StreamLog
from ledger_node.edge.streams.objections import Objections
from ledger_node.edge.worker import Limits, Worker
from ledger_node.errors import ChoicesUnreadable, StateConflict
from tests.unit.edge.synthetic import evidence, saved, ultrasound

STREAM = "0x" + "5a" * 32


class Place:
    def __init__(self, folder: Path, worker: Worker) -> None:
        self.folder, self.incoming, self.worker = folder, folder / "incoming", worker
        StreamLog.create(folder, STREAM)
        self.incoming.mkdir()

    def image(self, value: int, name: str, patient: str = "") -> Path:
        pixels = np.full((4, 5), value, dtype=np.uint8)
        dataset = evidence(ultrasound(pixels), "113100", "113101")
        dataset.PatientID = patient
        return saved(dataset, self.incoming / name)

    def step(self, settle_seconds: float = 0.0, objections: Objections | None = None) -> Intake:
        with StreamLog(self.folder) as log:
            intake = Intake(log, self.folder, self.incoming, self.worker, settle_seconds, objections)
            while intake.step():
                pass
        return intake

    def files(self, below: str) -> list[Path]:
        return sorted(path for path in (self.folder / below).rglob("*") if not path.is_dir())


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(Limits()) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, worker: Worker) -> Place:
    return Place(tmp_path / "stream", worker)


def test_clean_file_is_taken_and_kept_under_its_place(place: Place) -> None:
    content = place.image(1, "DOE^JANE.dcm").read_bytes()
    intake = place.step()
    assert intake.counts.accepted == 1
    (kept,) = place.files("accepted")
    assert kept.name == "000000000000.dcm"
    assert kept.read_bytes() == content
    assert place.files("incoming") == []


def test_file_that_may_not_enter_is_set_aside_under_a_number(place: Place) -> None:
    saved(ultrasound(np.zeros((4, 5), dtype=np.uint8)), place.incoming / "DOE^JANE.dcm")
    (place.incoming / "notes.txt").write_text("Doe, Jane")
    intake = place.step()
    assert intake.counts.quarantined == {Quarantine.NO_IDENTITY_REMOVED: 1, Quarantine.NOT_DICOM: 1}
    assert {path.parent.name for path in place.files("quarantined")} == {"NO_IDENTITY_REMOVED", "NOT_DICOM"}
    assert all(path.name.isdigit() for path in place.files("quarantined"))
    with StreamLog(place.folder) as log:
        assert log.records == 0


def test_same_file_again_is_known_and_another_of_its_instance_set_aside(place: Place) -> None:
    first = place.image(1, "a.dcm")
    shutil.copy(first, place.incoming / "b.dcm")
    dataset = evidence(ultrasound(np.full((4, 5), 9, dtype=np.uint8)), "113100", "113101")
    place.step()
    place.image(2, "c.dcm")
    place.step()
    dataset.SOPInstanceUID = instance_of(place.files("accepted")[0])
    saved(dataset, place.incoming / "d.dcm")
    shutil.copy(place.files("accepted")[0], place.incoming / "e.dcm")
    intake = place.step()
    assert (intake.counts.accepted, intake.counts.again) == (0, 1)
    assert intake.counts.quarantined == {Quarantine.DUPLICATE_INSTANCE: 1}
    assert len(place.files("accepted")) == 2


def instance_of(path: Path) -> str:
    from pydicom import dcmread

    return str(dcmread(path, stop_before_pixels=True).SOPInstanceUID)


def test_killed_between_the_log_and_the_move_it_goes_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.image(1, "a.dcm")
    place.image(2, "b.dcm")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            place.step()
    assert len(place.files("incoming")) == 2
    intake = place.step()
    assert (intake.counts.accepted, intake.counts.again) == (0, 2)
    with StreamLog(place.folder) as log:
        assert log.records == 2
    assert len(place.files("accepted")) == 2


def test_file_that_is_still_being_written_waits(place: Place) -> None:
    place.image(1, "slow.dcm")
    place.image(2, ".hidden.dcm")
    place.image(3, f"whole{RECEIVED}")
    assert place.step(settle_seconds=60).counts.accepted == 1
    assert {path.name for path in place.files("incoming")} == {"slow.dcm", ".hidden.dcm"}


def test_links_and_pipes_are_set_aside_unopened(place: Place, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of somebody else")
    (place.incoming / "link.dcm").symlink_to(secret)
    (place.incoming / "folder").symlink_to(tmp_path)
    os.mkfifo(place.incoming / "pipe.dcm")
    intake = place.step()
    assert intake.counts.quarantined == {Quarantine.NOT_REGULAR_FILE: 3}
    assert secret.read_text() == "of somebody else"


def test_file_that_breaks_its_child_is_set_aside_and_the_rest_goes_on(place: Place) -> None:
    whole = place.image(1, "a.dcm").read_bytes()
    (place.incoming / "b.dcm").write_bytes(whole[:200])
    place.image(2, "c.dcm")
    intake = place.step()
    assert intake.counts.accepted == 2
    assert intake.counts.quarantined.total() == 1


def test_full_disk_is_said_and_loses_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """tests/faults has a real full disk for the node; here the system's answer is enough."""
    place.image(1, "a.dcm")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", full)
        with pytest.raises(StateConflict, match="written"):
            place.step()
    assert place.step().counts.again == 1


def test_file_that_has_gone_is_nobodys_fault(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = place.image(1, "a.dcm")
    place.image(2, "b.dcm")
    complete = Intake._complete

    def then_gone(self: Intake) -> Iterator[Path]:
        found = list(complete(self))
        gone.unlink(missing_ok=True)
        yield from found

    monkeypatch.setattr(Intake, "_complete", then_gone)
    assert place.step().counts.accepted == 1


def test_whoever_objects_stays_out_from_the_next_object_on(place: Place, tmp_path: Path) -> None:
    listed = tmp_path / "opt-outs.csv"
    listed.write_text("patient\np-1\n")
    objections = Objections(listed)
    place.image(1, "a.dcm", "p-1")
    place.image(2, "b.dcm", "p-2")
    place.image(3, "c.dcm")
    counts = place.step(objections=objections).counts
    assert (counts.accepted, counts.quarantined) == (1, {Quarantine.OPTED_OUT: 1, Quarantine.NO_PATIENT: 1})
    (tmp_path / "newer.csv").write_text("patient\np-1\np-2\n")
    (tmp_path / "newer.csv").replace(listed)
    place.image(4, "d.dcm", "p-2")
    place.image(5, "e.dcm", "p-3")
    counts = place.step(objections=objections).counts
    assert (counts.accepted, counts.quarantined) == (1, {Quarantine.OPTED_OUT: 1})


@pytest.mark.parametrize("content", [None, "name\nDoe\n", "patient\nDoe, Jane\n"])
def test_nothing_is_taken_while_the_list_cannot_be_read(place: Place, tmp_path: Path, content: str | None) -> None:
    listed = tmp_path / "opt-outs.csv"
    listed.write_text("patient\np-1\n")
    objections = Objections(listed)
    if content is None:
        listed.unlink()
    else:
        listed.write_text(content)
    place.image(1, "a.dcm", "p-2")
    with pytest.raises(ChoicesUnreadable) as caught:
        place.step(objections=objections)
    assert "Doe" not in str(caught.value)
    assert [path.name for path in place.files("incoming")] == ["a.dcm"]
    listed.write_text("patient\n")
    assert place.step(objections=objections).counts.accepted == 1
