"""How fast a node takes writes to the chain, against the common way: send one, wait for its receipt, send the next."""

from __future__ import annotations

import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ledger_node.client import Client
from ledger_node.client.inputs import Document
from ledger_node.localnet import network
from scripts.bench.form import Figure, report

RUNS = 3
MANY = 200  # writes of one run through the outbox
FEW = 5  # writes of one run of the common way, which takes a block each
CLIENTS = 4
CARD = Document({"title": "bench"})


def main() -> None:
    ratio = Figure("writes a second, over those of send-and-wait", goal=20, better="higher")
    rate = Figure("writes a second, accepted to indexed", goal=100, better="higher")
    with tempfile.TemporaryDirectory() as folder:
        running = network.up(Path(folder) / "network", chain_id=31_338)
        try:
            publisher = running.member("publisher")
            with Client(publisher.url, publisher.api_keys["publisher"]) as node:
                for _ in range(RUNS):
                    one_by_one = _one_by_one(node)
                    pipelined, accepted, indexed = _pipelined(node)
                    rate.runs.append(pipelined)
                    ratio.runs.append(pipelined / one_by_one)
                    if accepted != indexed:
                        ratio.void = rate.void = f"{accepted} accepted, {indexed} indexed"
        finally:
            network.down(running)
    report("writes", [ratio, rate])


def _one_by_one(node: Client) -> float:
    began = time.monotonic()
    for _ in range(FEW):
        node.models.register(CARD, wait=30)
    return FEW / (time.monotonic() - began)


def _pipelined(node: Client) -> tuple[float, int, int]:
    """Writes a second; how many were accepted; how many models the index has more than before."""
    before = _models(node)
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        keys = [str(uuid.uuid4()) for _ in range(MANY)]
        accepted = list(pool.map(lambda key: node.models.register(CARD, idempotency_key=key, wait=0)["id"], keys))
    while _models(node) - before < len(set(accepted)) and time.monotonic() - began < 120:
        time.sleep(0.1)
    return MANY / (time.monotonic() - began), len(set(accepted)), _models(node) - before


def _models(node: Client) -> int:
    return int(node.index.digest()["counts"]["model"])


if __name__ == "__main__":
    main()
