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

from ledger_node.localnet.members import Member
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


class _Way:
    """What is taken in by one of a node's processes, `by` which, and how long reads of it take meanwhile."""

    def __init__(self, member: Member, by: str) -> None:
        self._member = member
        self.ratio = Figure(f"registrations accepted over REST {by}, over MLflow's versions", goal=5, better="higher")
        self.indexed = Figure(f"the same, from the first to the last one indexed, {by}", goal=5, better="higher")
        self.rate = Figure(f"registrations accepted a second {by}", goal=0, better="higher")
        self.p99 = Figure(f"p99 of a read under that load, over the idle median, {by}", goal=10, better="lower")

    @property
    def figures(self) -> list[Figure]:
        return [self.ratio, self.indexed, self.rate, self.p99]

    def run(self, ours: Hospital, read: bytes, theirs: float) -> None:
        """`theirs` are MLflow's versions a second."""
        with reading(self._member.port, read) as idle:
            time.sleep(IDLE)
        before = ours.indexed()
        with reading(self._member.port, read) as loaded:
            accepted = posted(self._member.port, ours.registration, SECONDS)
        whole = accepted.seconds + ours.seconds_until_settled()
        found = ours.indexed() - before
        if found != accepted.accepted:
            self.ratio.void = self.indexed.void = self.rate.void = f"{accepted.accepted} accepted, {found} indexed"
        self.rate.runs.append(accepted.rate)
        self.ratio.runs.append(accepted.rate / theirs)
        self.indexed.runs.append(accepted.accepted / whole / theirs)
        self.p99.runs.append(statistics.quantiles(loaded.seconds, n=100)[-1] / statistics.median(idle.seconds))


def _in(store: str, server: PostgreSql, folder: Path, runs: int) -> list[Figure]:
    theirs = Figure(f"MLflow's versions a second in {store}", goal=0, better="higher")
    delay = Figure(f"from a block to its webhook in {store}, in block times", goal=1, better="lower")
    folder.mkdir()
    url = None if store == "SQLite" else server.new_url()
    with (
        hospital(folder / "network", "sqlite" if url is None else "postgresql") as ours,
        registry(folder, url) as mlflow,
    ):
        alone = _Way(ours.member, f"by one process in {store}")
        beside = _Way(ours.beside, f"beside the one that writes in {store}")
        read = ours.read()
        _warm(ours, mlflow)
        for _ in range(runs):
            with _paused(ours.pids):
                created = posted(mlflow.port, mlflow.creation, SECONDS).rate
            theirs.runs.append(created)
            with _paused((ours.standby,)):
                delay.runs.append(hooked.delay(ours))
                alone.run(ours, read, created)
            beside.run(ours, read, created)
    return [*alone.figures, *beside.figures, theirs, delay]


def _warm(ours: Hospital, mlflow: Registry) -> None:
    """What is done once in each process is not measured."""
    posted(mlflow.port, mlflow.creation, WARM)
    for member in (ours.member, ours.beside):
        posted(member.port, ours.registration, WARM)
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
