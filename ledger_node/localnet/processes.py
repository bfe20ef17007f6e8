"""Processes that outlive the command that started them, found again by their own handle and never by name."""

from __future__ import annotations

import atexit
import errno
import os
import pwd
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ledger_node.errors import ConfigInvalid
from ledger_node.localnet.interrupts import held

STOP_TIMEOUT = 15.0  # seconds between asking and insisting
KEPT_PORTS = (15_000, 32_000)
#: Becomes the program once it is told to. When who started it is killed before that, it ends instead: nothing runs that
#: nobody knows.
GATE = ("/bin/sh", "-c", 'read -r go && exec "$0" "$@" </dev/null')

_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Handle:
    """A process by its id and the moment it began, so that a reused id is not mistaken for it."""

    pid: int
    began: str

    def running(self) -> bool:
        return bool(self.began) and _began(self.pid) == self.began


Known = Callable[[Handle], None]


def start(
    arguments: list[str],
    log: Path,
    environment: dict[str, str] | None = None,
    known: Known = lambda handle: None,  # noqa: ARG005
    user: str | None = None,
) -> Handle:
    """Starts a process of its own session that writes to `log`. `known` is told before the program begins, and before a
    signal can come between.

    `user` is for what refuses to run as root; None is who asks.
    """
    _reap_all()
    account = None if user is None else pwd.getpwnam(user)
    with log.open("ab") as output, held():
        process = subprocess.Popen(  # noqa: S603  (our own arguments, no shell)
            [*GATE, *arguments],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
        )
        _CHILDREN[process.pid] = process
        handle = Handle(process.pid, _began(process.pid))
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as gate:
            known(handle)
            gate.write(b"go\n")
    return handle


def stop_all(handles: Sequence[Handle]) -> None:
    """Asks all to end, then waits for each and insists."""
    for handle in handles:
        if handle.running():
            with suppress(ProcessLookupError):
                os.kill(handle.pid, signal.SIGTERM)
    for handle in handles:
        stop(handle)


def stop(handle: Handle) -> None:
    """Asks it to end, waits, insists."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if not handle.running():
            _reap(handle.pid)
            return
        with suppress(ProcessLookupError):
            os.kill(handle.pid, sign)
        deadline = time.monotonic() + STOP_TIMEOUT
        while handle.running() and time.monotonic() < deadline:
            time.sleep(0.02)
        _reap(handle.pid)


def free_port(host: str = "127.0.0.1") -> int:
    """A port of the loopback that nobody holds now, below those that systems give to outgoing connections: who comes
    back to it after a pause mostly finds it free."""
    while True:
        port = random.randrange(*KEPT_PORTS)  # noqa: S311  (no secret)
        if port_is_free(host, port):
            return port


def port_is_free(host: str, port: int) -> bool:
    """Whether a server may listen there. ConfigInvalid when the host or the port can never be ours."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:
            number = getattr(error, "errno", None)
            if number == errno.EADDRINUSE:
                return False
            if number in (errno.EACCES, errno.EPERM):
                raise ConfigInvalid(
                    "the configuration has a bad field: port", needed="a port that this user may open"
                ) from None
            raise ConfigInvalid(
                "the configuration has a bad field: host", needed="an address of this machine"
            ) from None
    return True


@atexit.register
def _reap_all() -> None:
    """Also those that somebody else has killed."""
    for pid in list(_CHILDREN):
        _reap(pid)


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
