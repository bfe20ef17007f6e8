"""`make bench-indexing`: events a second into PostgreSQL, ours over ponder's, in turn on the same chain and server."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from ledger_node.chain.rpc import RpcLedger
from ledger_node.indexer.follower import Follower
from ledger_node.store.index import SqlIndex
from ledger_node.store.lease import open_alone
from scripts.bench.form import Figure, report
from scripts.bench.indexing import ponder
from scripts.bench.indexing.chain import Chain, chain_of
from tests.postgresql import PostgreSql


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--events", type=int, default=200_000)
    words.add_argument("--runs", type=int, default=5)
    given = words.parse_args()
    ratio = Figure("events a second into PostgreSQL, over ponder 0.16.10's", goal=4, better="higher")
    rate = Figure("events a second into PostgreSQL", goal=10_000, better="higher")
    ponder.install()
    with (
        tempfile.TemporaryDirectory() as folder,
        PostgreSql.running(_made(Path(folder) / "postgresql")) as server,
        chain_of(Path(folder), given.events) as chain,
    ):
        for _ in range(given.runs):
            ours, rows, anchors = _ours(chain, server.new_url())
            theirs, their_anchors = ponder.run(chain, server.new_url())
            rate.runs.append(chain.events / ours)
            ratio.runs.append(theirs / ours)
            print(f"{chain.events / ours:,.0f} a second, ponder {given.events / theirs:,.0f}", flush=True)
            if (rows, anchors, their_anchors) != (chain.events, given.events, given.events):
                counts = f"{rows} events and {anchors} anchors indexed, {their_anchors} anchors by ponder"
                ratio.void = rate.void = f"{chain.events} events and {given.events} anchors on the chain, {counts}"
    report("indexing", [ratio, rate])


def _ours(chain: Chain, url: str) -> tuple[float, int, int]:
    """Seconds to follow the whole chain; events and anchors in the index then."""
    database = open_alone(url)
    index = SqlIndex(database)
    follower = Follower(RpcLedger(chain.url), index, chain.deployment)
    began = time.perf_counter()
    follower.catch_up()
    seconds = time.perf_counter() - began
    counts = index.counts()
    database.close()
    return seconds, counts["event"], counts["anchor"]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
