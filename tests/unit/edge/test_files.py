"""Folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ledger_node.edge.files import require_apart, staged, write_file
from ledger_node.errors import StateConflict


@pytest.mark.parametrize("there", [False, True])
def test_staged_appears_in_one_step(tmp_path: Path, there: bool) -> None:
    out = tmp_path / "deep" / "out"
    if there:
        out.mkdir(parents=True)
    with staged(out) as folder:
        write_file(folder / "a", b"content", 0o644)
        write_file(folder / "key", b"secret")
        assert not there or list(out.iterdir()) == []
    assert (out / "a").read_bytes() == b"content"
    assert list((tmp_path / "deep").iterdir()) == [out]
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert stat.S_IMODE((out / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError, SystemExit])
def test_staged_leaves_nothing_after_a_failure(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure), staged(tmp_path / "out") as folder:  # noqa: PT012 - the failure comes in the middle
        write_file(folder / "a", b"content")
        (folder / "deep").mkdir()
        raise failure
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", ["fsync", "rename", "mkdir"])
def test_staged_leaves_nothing_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(StateConflict) as refused, staged(tmp_path / "out") as folder:
        write_file(folder / "a", b"content")
    monkeypatch.undo()
    assert "ENOSPC" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_staged_clears_what_a_killed_attempt_left(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys, pathlib\n"
        "from ledger_node.edge.files import staged, write_file\n"
        "with staged(pathlib.Path(sys.argv[1])) as folder:\n"
        "    write_file(folder / 'left', b'half')\n"
        "    (folder / 'deep').mkdir()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    out = tmp_path / "out"
    assert subprocess.run([sys.executable, "-c", program, str(out)], check=False).returncode == -9
    assert not out.exists()
    with staged(out) as folder:
        assert list(folder.iterdir()) == []
    assert list(tmp_path.iterdir()) == [out]


def test_staged_lets_one_in_at_a_time(tmp_path: Path) -> None:
    with staged(tmp_path / "out") as folder:
        write_file(folder / "a", b"content")
        with pytest.raises(StateConflict), staged(tmp_path / "out"):
            pass
        assert (folder / "a").exists()
    assert (tmp_path / "out" / "a").exists()


@pytest.mark.parametrize("kind", ["full", "file", "link", "dangling"])
def test_staged_refuses_what_is_in_use(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    if kind == "full":
        out.mkdir()
        (out / "file").write_text("mine")
    elif kind == "file":
        out.write_text("mine")
    else:
        out.symlink_to(tmp_path if kind == "link" else tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StateConflict), staged(out):
        pass
    assert sorted(tmp_path.rglob("*")) == before


def test_staged_refuses_a_folder_that_filled_up_meanwhile(tmp_path: Path) -> None:
    with pytest.raises(StateConflict), staged(tmp_path / "out"):  # noqa: PT012 - somebody else writes in between
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "file").write_text("mine")
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "out", tmp_path / "out" / "file"]


def test_require_apart_follows_links(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "in")
    require_apart(tmp_path / "out", tmp_path / "in")
    for out in (tmp_path / "in", tmp_path / "in" / "out", tmp_path / "link" / "out"):
        with pytest.raises(StateConflict):
            require_apart(out, tmp_path / "in")
