"""The parent's side of the child process: one child for a batch, started again when a file breaks it.

Tasks may be sent ahead of their answers, so that the child has the next at hand. Answers come in the order of the
tasks, so a child that breaks was broken by the first that it has not answered; the others are sent to the next child.
"""

from __future__ import annotations

import errno
import json
import os
import select
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ledger_node.errors import ToolMissing

_ROOT = str(Path(__file__).resolve().parents[2])
LARGEST_ANSWER = 32 << 20  # bytes: copies of FHIR resources, escaped
IMAGES = ("pydicom", "numpy", "PIL")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: bytes of address space of the child, and seconds."""

    memory: int = 2 << 30
    seconds: float = 120.0


class Worker:
    """Asks a child to do tasks. Use as a context manager; the child dies with it."""

    def __init__(self, limits: Limits, packages: tuple[str, ...] = IMAGES) -> None:
        """`packages` must be installed, and are imported by the child before its limits count. Raises ToolMissing."""
        require_packages(*packages)
        self._limits = limits
        self._packages = packages
        self._child: subprocess.Popen[bytes] | None = None
        self._asked: deque[bytes] = deque()  # requests without an answer
        self._said = bytearray()  # what the child wrote and nobody has taken
        self.started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def ask(self, task: str, **arguments: Any) -> dict[str, Any] | None:
        """The task's answer; None when the child died, answered nonsense, or took too long.

        Raises OSError (ENOSPC) when it had no room to write: that is no file's fault.
        """
        self.send(task, **arguments)
        return self.receive()

    def send(self, task: str, **arguments: Any) -> None:
        """A task whose answer `receive` will give. What is sent ahead must fit into a pipe (64 KiB)."""
        if self._child is not None and not self._asked and self._child.poll() is not None:
            self._stop()  # it died between two files: that is no file's fault
        self._asked.append(json.dumps({"task": task, **arguments}).encode() + b"\n")
        self._write(self._asked[-1])

    def receive(self) -> dict[str, Any] | None:
        """The answer to the oldest task that has none yet, as `ask` says."""
        answer = None
        try:
            answer = json.loads(self._line())
        except (OSError, ValueError):
            self._stop()
        self._asked.popleft()
        if self._child is None:
            for request in self._asked:
                self._write(request)
        if not isinstance(answer, dict):
            return None
        if answer.get("full"):
            raise OSError(errno.ENOSPC, "no room for what a child writes")
        return answer

    def _write(self, request: bytes) -> None:
        child = self._child or self._start()
        assert child.stdin is not None
        with suppress(OSError):  # it has ended, which `receive` will see
            child.stdin.write(request)
            child.stdin.flush()

    def _line(self) -> bytes:
        """One line of the child. Raises ValueError at its end, at an endless line, and when time is over."""
        at = self._said.find(b"\n")
        if at < 0:
            at = self._listen()
        line = bytes(self._said[: at + 1])
        del self._said[: at + 1]
        return line

    def _listen(self) -> int:
        """Where the line ends that the child is writing."""
        assert self._child is not None
        assert self._child.stdout is not None
        end, at = time.monotonic() + self._limits.seconds, -1
        ready = select.poll()
        ready.register(self._child.stdout, select.POLLIN)
        while at < 0:
            left = end - time.monotonic()
            if left <= 0 or len(self._said) > LARGEST_ANSWER or not ready.poll(left * 1000):
                raise ValueError
            piece = os.read(self._child.stdout.fileno(), 65_536)
            if not piece:
                raise ValueError
            at = piece.find(b"\n") + len(self._said) if b"\n" in piece else -1
            self._said += piece
        return at

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {"PYTHONPATH": _ROOT, "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
        alarm = str(int(self._limits.seconds) + 5)
        self._child = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [
                sys.executable,
                "-P",
                "-m",
                "ledger_node.edge.child",
                str(self._limits.memory),
                alarm,
                *self._packages,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            close_fds=True,
        )
        self.started += 1
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None
            self._said.clear()


def require_packages(*names: str, extra: str = "edge") -> None:
    """Raises ToolMissing unless the packages of an extra are installed. Imports none of them."""
    for name in names:
        if find_spec(name) is None:
            raise ToolMissing(f"the package {name} is not installed", needed=f"the extra `{extra}`")
