"""Waiting for a process that was started."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from ledger_node.errors import NetworkState
from ledger_node.localnet.processes import Handle

PAUSE = 0.05  # seconds between two questions


def wait_for(answers: Callable[[], bool], handle: Handle, seconds: float, failure: str, log: Path) -> None:
    """Until `answers`. NetworkState, with the place of its log, when the process ends or `seconds` pass."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and handle.running():
        if answers():
            return
        time.sleep(PAUSE)
    raise NetworkState(failure, needed=f"see {log.parent.name}/{log.name} in the network's folder")
