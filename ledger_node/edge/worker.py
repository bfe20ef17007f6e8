"""The parent's side of the child process: one child for a batch, started again when a file breaks it."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ledger_node.errors import ToolMissing

_ROOT = str(Path(__file__).resolve().parents[2])
LARGEST_ANSWER = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: bytes of address space of the child, and seconds."""

    memory: int = 2 << 30
    seconds: float = 120.0


class Worker:
    """Asks a child to do tasks. Use as a context manager; the child dies with it."""

    def __init__(self, limits: Limits) -> None:
        require_packages("pydicom", "numpy", "PIL")
        self._limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self.started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def ask(self, task: str, **arguments: Any) -> dict[str, Any] | None:
        """The task's answer; None when the child died, answered nonsense, or took too long."""
        if self._child is not None and self._child.poll() is not None:
            self._stop()  # it died between two files: that is no file's fault
        child = self._child or self._start()
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps({"task": task, **arguments}).encode() + b"\n")
            child.stdin.flush()
            answer = json.loads(self._line(child))
        except (OSError, ValueError):
            self._stop()
            return None
        return answer if isinstance(answer, dict) else None

    def _line(self, child: subprocess.Popen[bytes]) -> bytes:
        """One line of the child. Raises ValueError at its end, at an endless line, and when time is over."""
        assert child.stdout is not None
        line = b""
        end = time.monotonic() + self._limits.seconds
        with selectors.DefaultSelector() as ready:
            ready.register(child.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                left = end - time.monotonic()
                if left <= 0 or len(line) > LARGEST_ANSWER or not ready.select(left):
                    raise ValueError
                piece = os.read(child.stdout.fileno(), 65_536)
                if not piece:
                    raise ValueError
                line += piece
        return line

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


def require_packages(*names: str) -> None:
    """Raises ToolMissing unless the packages of the `edge` extra are installed. Imports none of them."""
    for name in names:
        if find_spec(name) is None:
            raise ToolMissing(f"the package {name} is not installed", needed="the extra `edge`")
