"""A real disk that fills while something is written: an error with a code, and nothing half done."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ledger_node.edge.deidentify import deidentify
from ledger_node.edge.fhir.deidentify import deidentify_fhir
from ledger_node.edge.fhir.policy import Release
from ledger_node.edge.prepare import prepare_dicom, prepare_table
from ledger_node.edge.worker import Limits, Worker
from ledger_node.errors import StateConflict
from tests.unit.edge.fhir.resources import alanine, ndjson
from tests.unit.edge.synthetic import evidence, saved, ultrasound

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")

ROOM = 256 << 10
IMAGE = np.zeros((400, 400), np.uint8)  # two copies are too many


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with little room."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here (it takes root)")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(4):
        saved(evidence(ultrasound(IMAGE + number, ((1, 1, 300, 300),)), "113100", "113101"), folder / f"{number}.dcm")
    return folder


@pytest.mark.slow
def test_deidentified_images_do_not_fit(disk: Path, source: Path) -> None:
    """That the disk is full is said of the disk: no image is called one that could not be de-identified."""
    with pytest.raises(StateConflict, match="ENOSPC") as refused:
        deidentify(source, disk / "out")
    assert refused.value.code == "ML-0404"
    assert list(disk.iterdir()) == []
    assert deidentify(source, source.parent / "out").written == 4


def test_child_tells_a_full_disk_from_a_bad_file(disk: Path, source: Path) -> None:
    request: dict[str, Any] = {"folder": str(disk), "salt": bytes(32).hex(), "refuse_clipped": False}
    request |= {"identity": ("", ""), "pseudonym": "", "detect_text": False}
    with Worker(Limits()) as worker:
        assert worker.ask("clean", path=str(source / "0.dcm"), **request)["reasons"] == []  # type: ignore[index]
        with pytest.raises(OSError, match="room"):
            worker.ask("clean", path=str(source / "1.dcm"), **request)
        (copy,) = disk.iterdir()
        copy.unlink()
        assert worker.ask("clean", path=str(source / "1.dcm"), **request)["reasons"] == []  # type: ignore[index]
        assert worker.started == 1


@pytest.mark.parametrize("left", [0, 4 << 10, 40 << 10])
def test_version_does_not_fit(disk: Path, tmp_path: Path, left: int) -> None:
    """Wherever its files break off."""
    rows = "".join(f"{number},{number % 2}\n" for number in range(1_000))
    (tmp_path / "table.csv").write_text(f"a,label\n{rows}")
    (disk / "filler").write_bytes(os.urandom(ROOM - left))
    with pytest.raises(StateConflict, match="ENOSPC"):
        prepare_table(tmp_path / "table.csv", disk / "out", "s", "t")
    assert [path.name for path in disk.iterdir()] == ["filler"]
    (disk / "filler").unlink()
    assert prepare_table(tmp_path / "table.csv", disk / "out", "s", "t").subject == "s"


def test_zipped_study_does_not_fit(disk: Path, source: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "study.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for path in source.iterdir():
            made.write(path, path.name)
    with pytest.raises(StateConflict, match="full disk"):
        prepare_dicom(tmp_path / "study.zip", disk / "out", "s", "t")
    assert list(disk.iterdir()) == []


def test_copies_of_resources_do_not_fit(disk: Path, tmp_path: Path) -> None:
    source = ndjson(tmp_path / "a.ndjson", *(alanine(number) for number in range(2_000)))
    with pytest.raises(StateConflict, match="ENOSPC"):
        deidentify_fhir(source, disk / "out", release=Release.R4)
    assert list(disk.iterdir()) == []
