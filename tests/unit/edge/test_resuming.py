"""Long runs that are killed or interrupted, and go on where they were."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from ledger_node.cli.app import app
from ledger_node.edge import deidentified
from ledger_node.edge.deidentify import Deidentified, deidentify
from ledger_node.edge.manifest.file import load
from ledger_node.edge.prepare import prepare_dicom
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits, Worker
from ledger_node.errors import InvalidDocument, StateConflict
from tests.unit.edge.conftest import SALT
from tests.unit.edge.synthetic import evidence, saved, ultrasound

pytestmark = pytest.mark.slow

COUNT = 60
CLEAN = "from ledger_node.edge.deidentify import deidentify as act"
PREPARE = (
    "from functools import partial\n"
    "from ledger_node.edge.prepare import prepare_dicom\n"
    "act = partial(prepare_dicom, subject='s', title='t')"
)
PROGRAM = "import sys, time\nfrom pathlib import Path\n{act}\n" + (
    "act(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda done, total: time.sleep(0.02))\n"
)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images of two patients, one that comes twice, and files that are none."""
    folder = tmp_path_factory.mktemp("images")
    for number in range(COUNT):
        pixels = np.full((6, 8), number, dtype=np.uint8)
        image = evidence(ultrasound(pixels, PatientID=f"p-{number % 2}"), "113100", "113101")
        saved(image, folder / f"{number:03d}.dcm")
    shutil.copy(folder / "003.dcm", folder / "045.copy.dcm")
    for number in (10, 50):
        (folder / f"{number:03d}.txt").write_text("text")
    return folder


def killed(act: str, source: Path, out: Path, lines: int) -> list[dict[str, Any]]:
    """The journal of a run that was killed when it had so many lines."""
    journal = out.with_name(f".{out.name}.journal")
    with subprocess.Popen([sys.executable, "-c", PROGRAM.format(act=act), str(source), str(out)]) as process:
        end = time.monotonic() + 60
        while time.monotonic() < end and not (journal.exists() and journal.read_bytes().count(b"\n") > lines):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    assert journal.stat().st_mode & 0o777 == 0o600
    return [json.loads(line) for line in journal.read_bytes().splitlines(keepends=True)[1:] if line.endswith(b"\n")]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that children were asked to read."""
    names: list[str] = []
    send = Worker.send

    def noting(worker: Worker, task: str, **arguments: Any) -> None:
        if task in ("identify", "inspect"):
            names.append(Path(arguments["path"]).name)
        send(worker, task, **arguments)

    monkeypatch.setattr(Worker, "send", noting)
    return names


def copies(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.dcm")}


def test_killed_deidentification_goes_on_where_it_was(images: Path, tmp_path: Path, asked: list[str]) -> None:
    done = killed(CLEAN, images, tmp_path / "out", 20)
    salt = bytes.fromhex(json.loads((tmp_path / ".out.journal").read_bytes().splitlines()[0])["salt"])
    told: list[tuple[int, int]] = []
    made = deidentify(images, tmp_path / "out", resumed=lambda *counts: told.append(counts))
    assert told == [(len(done), COUNT + 3)]
    assert len(done) >= 20
    assert not {one["file"] for one in done} & set(asked)
    assert len(asked) == len(set(asked)) <= COUNT + 3 - len(done)
    whole = deidentify(images, tmp_path / "whole", salt)
    assert copies(made.folder) == copies(whole.folder)
    assert made.quarantined == whole.quarantined
    assert made.quarantined["045.copy.dcm"] == (Quarantine.DUPLICATE_INSTANCE,)
    assert runs(made) == runs(whole)
    assert {path.name for path in tmp_path.iterdir()} == {"out", "whole"}


def test_killed_preparation_goes_on_where_it_was(images: Path, tmp_path: Path, asked: list[str]) -> None:
    done = killed(PREPARE, images, tmp_path / "out", 20)
    told: list[tuple[int, int]] = []
    made = prepare_dicom(images, tmp_path / "out", "s", "t", resumed=lambda *counts: told.append(counts))
    assert told == [(len(done), COUNT + 3)]
    assert sorted([*asked, *(one["file"] for one in done)]) == sorted(path.name for path in images.iterdir())
    whole = prepare_dicom(images, tmp_path / "whole", "s", "t")
    assert made.quarantined == whole.quarantined
    one, other = load(made.folder), load(whole.folder)
    assert sorted(map(bytes, one.digests)) == sorted(map(bytes, other.digests))
    assert sorted(one.references) == sorted(other.references)
    assert (made.folder / "patients.csv").read_bytes() == (whole.folder / "patients.csv").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"out", "whole"}


def runs(made: Deidentified) -> tuple[object, ...]:
    run = deidentified.load(made.folder)
    assert run is not None
    return run.records, run.account["counts"], run.account["pixels"]


def interrupted(source: Path, out: Path, after: int = 20, **options: Any) -> None:
    def stop(done: int, total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deidentify(source, out, progress=stop, **options)


def test_files_that_were_changed_since_are_done_again(images: Path, tmp_path: Path, asked: list[str]) -> None:
    source = tmp_path / "in"
    shutil.copytree(images, source)
    interrupted(source, tmp_path / "out", salt=SALT)
    saved(ultrasound(np.full((6, 8), 99, dtype=np.uint8)), source / "005.dcm")
    (source / "007.dcm").unlink()
    entries = [json.loads(line) for line in (tmp_path / ".out.journal").read_bytes().splitlines()[1:]]
    (digest,) = (one["answer"]["digest"] for one in entries if one["file"] == "002.dcm")
    (tmp_path / ".out.partial" / f"{digest}.dcm").unlink()
    (tmp_path / ".out.partial" / f"{'00' * 32}.dcm").write_text("a copy that is in no journal")
    with (tmp_path / ".out.journal").open("ab") as journal:
        journal.write(b'{"file": "030.dcm", "sta')  # where a cut broke it off
    asked.clear()
    made = deidentify(source, tmp_path / "out", SALT)
    assert asked[:2] == ["002.dcm", "005.dcm"]
    assert len(asked) == 2 + COUNT + 3 - 20
    whole = deidentify(source, tmp_path / "whole", SALT)
    assert copies(made.folder) == copies(whole.folder)
    assert runs(made) == runs(whole)


@pytest.mark.parametrize(
    "options",
    [
        {"refuse_clipped": True},
        {"salt": bytes(32)},
        {"salt": None},
        {"limits": Limits(seconds=60)},
    ],
)
def test_of_another_run_nothing_is_used(
    images: Path, tmp_path: Path, asked: list[str], options: dict[str, Any]
) -> None:
    interrupted(images, tmp_path / "out", 5, salt=SALT)
    asked.clear()
    told: list[tuple[int, int]] = []
    deidentify(images, tmp_path / "out", **{"salt": SALT, **options}, resumed=lambda *counts: told.append(counts))
    assert told == [(0, COUNT + 3)]
    assert len(asked) == COUNT + 3


def test_key_of_an_interrupted_run_is_whole(images: Path, tmp_path: Path) -> None:
    interrupted(images, tmp_path / "out", salt=SALT, key_out=tmp_path / "key.csv")
    assert not (tmp_path / "key.csv").exists()
    deidentify(images, tmp_path / "out", SALT, key_out=tmp_path / "key.csv")
    deidentify(images, tmp_path / "whole", SALT, key_out=tmp_path / "other.csv")
    assert (tmp_path / "key.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()
    assert b"p-0" in (tmp_path / "key.csv").read_bytes()


def test_who_is_a_patient_is_in_no_journal_without_a_key(images: Path, tmp_path: Path) -> None:
    interrupted(images, tmp_path / "out", salt=SALT)
    assert b"p-0" not in (tmp_path / ".out.journal").read_bytes()


def test_zipped_study_goes_on_too(images: Path, tmp_path: Path, asked: list[str]) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "study"), "zip", images))
    interrupted(archive, tmp_path / "out", salt=SALT)
    asked.clear()
    assert deidentify(archive, tmp_path / "out", SALT).written == COUNT
    assert len(asked) < COUNT - 10
    assert {path.name for path in tmp_path.iterdir()} == {"out", "study.zip"}


@pytest.mark.parametrize("error", [InvalidDocument("spoilt"), OSError(28, "no room"), SystemExit()])
def test_nothing_is_left_when_a_run_fails(images: Path, tmp_path: Path, error: BaseException) -> None:
    def fail(done: int, total: int) -> None:
        raise error

    acts: tuple[Callable[[], object], ...] = (
        lambda: deidentify(images, tmp_path / "out", progress=fail),
        lambda: prepare_dicom(images, tmp_path / "out", "s", "t", progress=fail),
    )
    for act in acts:
        with pytest.raises((InvalidDocument, StateConflict, OSError, SystemExit)):
            act()
        assert list(tmp_path.iterdir()) == []


def test_one_run_at_a_time(images: Path, tmp_path: Path) -> None:
    def second(done: int, total: int) -> None:
        with pytest.raises(StateConflict):
            deidentify(images, tmp_path / "out", SALT)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deidentify(images, tmp_path / "out", SALT, progress=second)
    assert (tmp_path / ".out.journal").exists()


def test_the_command_line_says_what_was_done(images: Path, tmp_path: Path) -> None:
    interrupted(images, tmp_path / "out")
    said = CliRunner().invoke(app, ["dataset", "deidentify", str(images), "--out", str(tmp_path / "out")])
    assert said.exit_code == 0
    assert f"resumed: 20 of {COUNT + 3} were done" in said.stderr
