"""Processes that are started: known before they begin, or never begun."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger_node.localnet.processes import Handle, free_port, port_is_free, start, stop, stop_all

WRITES = ["/bin/sh", "-c", 'echo "$1" > began; exec sleep 60', "sh"]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_program_gets_its_arguments_and_is_found_by_its_handle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[Handle] = []
    handle = start([*WRITES, 'a word "and" $more'], tmp_path / "log", known=told.append)
    wait_until(lambda: (tmp_path / "began").exists() and (tmp_path / "began").read_text() != "")
    assert (tmp_path / "began").read_text() == 'a word "and" $more\n'
    assert told == [handle]
    assert handle.running()
    stop_all([handle])
    assert not handle.running()


def test_program_that_nobody_could_note_never_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[Handle] = []

    def fails(handle: Handle) -> None:
        told.append(handle)
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        start([*WRITES, ""], tmp_path / "log", known=fails)
    wait_until(lambda: not told[0].running())
    stop(told[0])
    assert not (tmp_path / "began").exists()


def test_program_of_one_who_was_killed_before_noting_never_begins(tmp_path: Path) -> None:
    """The moment in which a process is there and on no record."""
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom ledger_node.localnet.processes import start\n"
        "def killed(handle):\n"
        "    Path('pid').write_text(f'{handle.pid} {handle.began}')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        f"start([*{WRITES!r}, ''], Path('log'), known=killed)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    pid, began = (tmp_path / "pid").read_text().split()
    wait_until(lambda: not Handle(int(pid), began).running())
    assert not (tmp_path / "began").exists()


def test_free_port_is_free_and_below_those_of_outgoing_connections() -> None:
    port = free_port()
    assert port_is_free("127.0.0.1", port)
    assert port < 32_768
