"""`make bench-sending`: registrations a second, ours over raw sending, in turn."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from scripts.bench.form import Figure, report
from scripts.bench.sending import loop, node, raw
from scripts.bench.sending.place import place
from tests.postgresql import PostgreSql

STORES = ("SQLite", "PostgreSQL")
FEW = 30  # writes of the common loop, which takes a block each


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--writes", type=int, default=60_000)
    words.add_argument("--runs", type=int, default=5)
    given = words.parse_args()
    figures = {
        **{f"ratio {store}": _figure(f"registrations a second on {store}, over raw sending", 0.7) for store in STORES},
        **{f"rate {store}": _figure(f"registrations a second on {store}", 500) for store in STORES},
        "raw": _figure("registrations a second, sent raw", 0),
        "loop": Figure("the common web3.py loop, over raw sending", goal=0.1, better="lower"),
        "requests": Figure("HTTP requests to the chain for each registration", goal=0.1, better="lower"),
        "cpu": Figure("client CPU for each, over the common loop's", goal=1 / 25, better="lower"),
    }
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "postgresql").mkdir()
        with PostgreSql.running(folder / "postgresql") as server:
            for number in range(given.runs):
                urls = {"SQLite": f"sqlite:///{folder / str(number)}.db", "PostgreSQL": server.new_url()}
                _once(folder, given.writes, urls, figures)
    report("node", list(figures.values()))


def _figure(measure: str, goal: float) -> Figure:
    return Figure(measure, goal=goal, better="higher")


def _once(folder: Path, writes: int, urls: dict[str, str], figures: dict[str, Figure]) -> None:
    """Each on a chain of its own: an engine gets slower with what it holds."""
    with place(folder) as chain:
        common = loop.run(chain, FEW)
    for store in STORES:
        with place(folder) as chain:
            sent = raw.run(chain, writes)
        with place(folder) as chain:
            ours, requests = node.run(chain, writes, urls[store])
        void = sent.void or ours.void or common.void
        told = {
            f"ratio {store}": ours.rate / sent.rate,
            f"rate {store}": ours.rate,
            "raw": sent.rate,
            "loop": common.rate / sent.rate,
            "requests": requests,
            "cpu": ours.cpu_each / common.cpu_each,
        }
        for name, value in told.items():
            figures[name].runs.append(value)
            figures[name].void = figures[name].void or void


if __name__ == "__main__":
    main()
