"""Processes that outlive the command that started them, found again by their own handle and never by name."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

STOP_TIMEOUT = 15.0  # seconds between asking and insisting


_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Handle:
    """A process by its id and the moment it began, so that a reused id is not mistaken for it."""

    pid: int
    began: str

    def running(self) -> bool:
        return _began(self.pid) == self.began


def start(arguments: list[str], log: Path, environment: dict[str, str] | None = None) -> Handle:
    """Starts a process of its own session that writes to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  (our own arguments, no shell)
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
    _CHILDREN[process.pid] = process
    return Handle(process.pid, _began(process.pid))


def stop(handle: Handle) -> None:
    """Asks it to end, waits, insists."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if not handle.running():
            _reap(handle.pid)
            return
        os.kill(handle.pid, sign)
        deadline = time.monotonic() + STOP_TIMEOUT
        while handle.running() and time.monotonic() < deadline:
            time.sleep(0.02)
        _reap(handle.pid)


def free_port(host: str = "127.0.0.1") -> int:
    """A port of the loopback that nobody holds now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _reap(pid: int) -> None:
    """Lets a child that has ended go; a process that another command started is not ours to reap."""
    child = _CHILDREN.get(pid)
    if child is not None and child.poll() is not None:
        del _CHILDREN[pid]


def _began(pid: int) -> str:
    """When a process began, as its system tells it; empty when there is none or it only waits to be reaped."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    shown = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603
    return shown.stdout.strip()
