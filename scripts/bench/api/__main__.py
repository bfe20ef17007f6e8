"""`make bench-api`: registrations over REST beside MLflow's registry, reads under that load, and webhooks' delay."""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts.bench.api import hooked
from scripts.bench.api.clients import posted, reading
from scripts.bench.api.medledger import Hospital, hospital
from scripts.bench.api.mlflow import Registry, registry
from scripts.bench.api.recorded import recorded
from scripts.bench.form import Figure, report
from tests.postgresql import PostgreSql

STORES = ("SQLite", "PostgreSQL")
SECONDS = 10.0  # of each measurement
WARM = 3.0
IDLE = 2.0


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--stores", nargs="+", choices=STORES, default=STORES)
    given = words.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="medledger-") as temporary, ExitStack() as running:
        folder = Path(temporary)
        (folder / "postgresql").mkdir()
        server = running.enter_context(PostgreSql.running(folder / "postgresql"))
        for store in given.stores:
            figures += _in(store, server, folder / f"in-{store.lower()}", given.runs)
            url = f"sqlite:///{folder / 'facts.db'}" if store == "SQLite" else server.new_url()
            figures.append(recorded(store, url, folder, given.runs))
    report("api", figures)


def _in(store: str, server: PostgreSql, folder: Path, runs: int) -> list[Figure]:
    ratio = Figure(f"registrations accepted over REST in {store}, over MLflow's versions", goal=5, better="higher")
    indexed = Figure(f"the same, from the first to the last one indexed, in {store}", goal=5, better="higher")
    rate = Figure(f"registrations accepted a second in {store}", goal=0, better="higher")
    theirs = Figure(f"MLflow's versions a second in {store}", goal=0, better="higher")
    p99 = Figure(f"p99 of a read under that load, over the idle median, in {store}", goal=10, better="lower")
    delay = Figure(f"from a block to its webhook in {store}, in block times", goal=1, better="lower")
    folder.mkdir()
    url = None if store == "SQLite" else server.new_url()
    with (
        hospital(folder / "network", "sqlite" if url is None else "postgresql") as ours,
        registry(folder, url) as mlflow,
    ):
        read = ours.read()
        _warm(ours, mlflow)
        for _ in range(runs):
            with _paused(ours.pids):
                created = posted(mlflow.port, mlflow.creation, SECONDS)
            delay.runs.append(hooked.delay(ours))
            with reading(ours.member.port, read) as idle:
                time.sleep(IDLE)
            before = ours.indexed()
            with reading(ours.member.port, read) as loaded:
                accepted = posted(ours.member.port, ours.registration, SECONDS)
            whole = accepted.seconds + ours.seconds_until_settled()
            found = ours.indexed() - before
            if found != accepted.accepted:
                ratio.void = indexed.void = rate.void = f"{accepted.accepted} accepted, {found} indexed"
            theirs.runs.append(created.rate)
            rate.runs.append(accepted.rate)
            ratio.runs.append(accepted.rate / created.rate)
            indexed.runs.append(accepted.accepted / whole / created.rate)
            p99.runs.append(statistics.quantiles(loaded.seconds, n=100)[-1] / statistics.median(idle.seconds))
    return [ratio, indexed, rate, theirs, p99, delay]


def _warm(ours: Hospital, mlflow: Registry) -> None:
    """What is done once in each process is not measured."""
    posted(mlflow.port, mlflow.creation, WARM)
    posted(ours.member.port, ours.registration, WARM)
    ours.seconds_until_settled()


@contextmanager
def _paused(pids: tuple[int, ...]) -> Iterator[None]:
    """An idle node still looks at its chain, and would take a part of the processors."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


if __name__ == "__main__":
    main()
