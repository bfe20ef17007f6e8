"""From the block of a fact to its arrival at a webhook."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ledger_node.chain.rpc import RpcLedger
from ledger_node.client.inputs import Document
from scripts.bench.api.medledger import BLOCK_TIME, Hospital
from tests.receiver import receiving

FACTS = 20
LOOK = 0.01  # seconds between two looks for a block: as exact as the figure is
PATIENCE = 60.0


def delay(hospital: Hospital) -> float:
    """The median of `FACTS` facts, in block times: arrival less the moment their block was first seen."""
    chance = random.Random(1)  # noqa: S311  # no secret
    with receiving() as receiver, hospital.client() as node, _seen(hospital.rpc_url) as seen:
        made = node.webhooks.make(receiver.url, types=("dataset.registered",))
        for _ in range(FACTS):
            node.datasets.register(Document({"title": "told"}), wait=0)
            time.sleep(chance.uniform(0, 2 * BLOCK_TIME))
        deadline = time.monotonic() + PATIENCE
        while len(receiver.got) < FACTS and time.monotonic() < deadline:
            time.sleep(LOOK)
        node.webhooks.remove(made["id"])
    delays = [one.at - seen[one.event["data"]["block"]] for one in receiver.got[:FACTS]]
    assert len(delays) == FACTS, f"{len(delays)} of {FACTS} were told"
    return statistics.median(delays) / BLOCK_TIME


@contextmanager
def _seen(url: str) -> Iterator[dict[int, float]]:
    """When each block was first seen, while the block lasts."""
    ledger, ended = RpcLedger(url), threading.Event()
    seen: dict[int, float] = {}

    def look() -> None:
        newest = ledger.head().number
        while not ended.wait(LOOK):
            head, now = ledger.head().number, time.monotonic()
            seen.update(dict.fromkeys(range(newest + 1, head + 1), now))
            newest = head

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()
