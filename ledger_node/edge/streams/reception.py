"""The parent's side of the receiver: started, looked after, and stopped."""

from __future__ import annotations

import selectors
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from ledger_node.edge.streams.receiver import Listening
from ledger_node.edge.worker import require_packages
from ledger_node.errors import ConfigInvalid

START_TIMEOUT = 30.0  # seconds
PAUSE = 1.0  # seconds between two starts
_ROOT = str(Path(__file__).resolve().parents[3])


class Reception:
    """Use as a context manager. ConfigInvalid when the receiver cannot listen, ToolMissing without the `edge` extra."""

    def __init__(self, listening: Listening) -> None:
        require_packages("pynetdicom")
        self._listening = listening
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self.starts = 0

    def __enter__(self) -> Self:
        self._start()
        if not self._says_that_it_listens():
            self._stop()
            raise ConfigInvalid(
                "the receiver cannot listen",
                got=f"port {self._listening.port}",
                needed="a free port, and readable PEM files when there is TLS",
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def look_after(self) -> None:
        """Starts it again when it has ended: what it had acknowledged is on the disk."""
        ended = self._process is None or self._process.poll() is not None
        if ended and time.monotonic() - self._started_at > PAUSE:
            self._stop()
            self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ledger_node.edge.streams.receiver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": _ROOT, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
        )
        self._started_at = time.monotonic()
        self.starts += 1
        assert self._process.stdin is not None
        self._process.stdin.write(self._listening.line())
        self._process.stdin.flush()

    def _says_that_it_listens(self) -> bool:
        assert self._process is not None
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(self._process.stdout, selectors.EVENT_READ)
            return bool(ready.select(START_TIMEOUT)) and self._process.stdout.readline() == b"listening\n"

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.communicate()
        self._process = None
