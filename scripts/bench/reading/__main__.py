"""`make bench-reading`: reads over HTTP beside a constant, beside recursive SQL, and in registries of three sizes."""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts.bench.form import Figure, report
from scripts.bench.reading import facts
from scripts.bench.reading.asking import Asking
from scripts.bench.reading.place import STORES, Place, place
from scripts.bench.reading.served import CONSTANT, served
from tests.postgresql import PostgreSql

SIZES = (10_000, 100_000, 1_000_000)
SECONDS = 1.0  # of each measurement over HTTP
ASKED = 1_000  # different answers, in no order
WARM = 8  # PostgreSQL plans a statement anew for the first few times
FLAT = 1.5  # times the cost in the smallest registry


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    words.add_argument("--stores", nargs="+", choices=STORES, default=STORES)
    given = words.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="medledger-") as temporary, ExitStack() as running:
        folder = Path(temporary)
        (folder / "postgresql").mkdir()
        server = None
        if "PostgreSQL" in given.stores:
            server = running.enter_context(PostgreSql.running(folder / "postgresql"))
        for store in given.stores:
            with _places(store, sorted(given.sizes), folder, server) as places:
                figures += _over_http(store, places[0], folder, given.runs)
                figures += _beside_sql(store, places[-1], given.runs)
                figures += _as_it_grows(store, places, given.runs)
    report("reading", figures)


@contextmanager
def _places(store: str, sizes: list[int], folder: Path, server: PostgreSql | None) -> Iterator[list[Place]]:
    """One registry of each size, the smallest first."""
    with ExitStack() as open_:
        urls = [
            f"sqlite:///{folder / str(size)}.db" if server is None or store == "SQLite" else server.new_url()
            for size in sizes
        ]
        yield [open_.enter_context(place(url, size)) for url, size in zip(urls, sizes, strict=True)]


def _over_http(store: str, of: Place, folder: Path, runs: int) -> list[Figure]:
    families = _some(of.families, ASKED)
    paths = {
        "constant": [CONSTANT],
        "model version": [f"/v1/versions/{facts.youngest(one)}" for one in families],
        "consent": [f"/v1/consents/{facts.consent_of(one)}" for one in families],
        "lineage of depth 5": [f"/v1/versions/{facts.youngest(one)}/lineage" for one in families],
    }
    goals = {"model version": 0.6, "consent": 0.6, "lineage of depth 5": 0.3}
    figures = {
        name: Figure(f"{name} over HTTP from {store}, over a constant", goal=goal, better="higher")
        for name, goal in goals.items()
    }
    rate = Figure(f"constant over HTTP beside {store}, answers a second", goal=0, better="higher")
    with served(of.url, folder) as server:
        asking = Asking(server)
        for name in paths:  # what is done once for each thread and each question is not measured
            asking.rate(paths[name], SECONDS)
        for _ in range(runs):
            rates = {name: asking.rate(paths[name], SECONDS) for name in paths}
            rate.runs.append(rates["constant"])
            for name, figure in figures.items():
                figure.runs.append(rates[name] / rates["constant"])
        asking.close()
    return [*figures.values(), rate]


def _beside_sql(store: str, of: Place, runs: int) -> list[Figure]:
    figures = []
    for name in ("impact", "lineage"):
        figure = Figure(f"{name} of a thousand rows in {store}, over recursive SQL for it", goal=2, better="higher")
        for _ in range(WARM):
            of.ours(name), of.theirs(name)
        for _ in range(runs):
            ours, theirs = of.ours(name), of.theirs(name)
            figure.runs.append(theirs.seconds / ours.seconds)
            if not of.same(name, ours.answer, theirs.answer):
                figure.void = "the rows differ"
        figures.append(figure)
    return figures


def _as_it_grows(store: str, places: list[Place], runs: int) -> list[Figure]:
    """The cost in each registry over that in the smallest."""
    families = _some(places[0].families, 100)
    figures = []
    for name in ("version", "small lineage", "impact"):
        found = {
            of.facts: Figure(
                f"{name} of {of.facts:,} facts in {store}, over that of {places[0].facts:,}", goal=FLAT, better="lower"
            )
            for of in places[1:]
        }
        for of in places * WARM:
            of.cost(name, families)
        for _ in range(runs):
            costs = {of.facts: of.cost(name, families) for of in places}
            for size, figure in found.items():
                figure.runs.append(costs[size] / costs[places[0].facts])
        figures += found.values()
    return figures


def _some(families: int, most: int) -> list[int]:
    """Of all families, in no order, the same in each run."""
    return random.Random(families).sample(range(families), min(most, families))  # noqa: S311  # no secret


if __name__ == "__main__":
    main()
