"""A real MLflow tracking server, in an environment of its own, for tests and benches."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from ledger_node.localnet.processes import free_port, start, stop
from ledger_node.localnet.waiting import wait_for

START_TIMEOUT = 180.0  # seconds; it imports much, and compiles that the first time
#: No background jobs, which would take memory and processors, and not a word to anybody.
SETTINGS = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}


@contextmanager
def running(program: Path, folder: Path, store: str | None = None, workers: int = 1) -> Iterator[str]:
    """Serves on a free port of the loopback and yields the URL; what it keeps lies in `folder`, artifacts too.

    `program` is the engine "mlflow". `store` is SQLAlchemy's URL of an empty database; None is SQLite.
    """
    port = free_port()
    log = folder / "mlflow.log"
    arguments = [
        *(str(program), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
        *("--backend-store-uri", store or f"sqlite:///{folder / 'mlflow.db'}"),
        *("--artifacts-destination", str(folder / "artifacts")),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PYTHON"))}
    handle = start(arguments, log, {**environment, **SETTINGS})
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _answers(url), handle, START_TIMEOUT, "MLflow did not start", log)
        yield url
    finally:
        stop(handle)


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False
