"""Pages from a node whose index grows by ten thousand facts meanwhile. The chain is not there: no read asks it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ledger_node.client import Client
from ledger_node.ports import Step
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from scripts.bench import wire
from scripts.bench.reading.filling import fill
from scripts.bench.reading.served import served

FACTS, STEP = 10_000, 50  # STEP in one SQL transaction


class Slow(SqlIndex):
    """Takes a few facts, and the others once it is let."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.few, self.let = threading.Event(), threading.Event()

    def apply(self, step: Step) -> None:
        super().apply(step)
        if step.reached.number > 3:
            self.few.set()
            self.let.wait(120)


@pytest.fixture
def index(database: Database) -> Slow:
    return Slow(database)


@pytest.fixture
def filling(index: Slow) -> Iterator[Future[int]]:
    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(fill, index, FACTS, STEP)
        assert index.few.wait(60)
        yield going
        index.let.set()


@pytest.fixture
def node(filling: Future[int], database: Database, tmp_path: Path) -> Iterator[Client]:
    """The node's application on the store that grows."""
    with served(database.url, tmp_path) as at, Client(f"http://127.0.0.1:{at.port}", at.key, timeout=60) as client:
        wire.connect(at.port).close()  # it listens
        yield client


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_a_list_holds_each_fact_of_its_block_once(index: Slow, filling: Future[int], node: Client, order: str) -> None:
    seen = [_all(node, order=order)]
    index.let.set()
    while not filling.done():
        seen.append(_all(node, order=order))
    seen.append(_all(node, order=order))
    assert len({block for block, _ in seen}) > 1
    for block, ids in (seen[0], seen[len(seen) // 2], seen[-1]):
        assert len(ids) == len(set(ids))
        assert _all(node, order=order, as_of=block) == (block, ids)  # now that nothing arrives any more


def test_the_feed_tells_each_event_once(index: Slow, filling: Future[int], node: Client) -> None:
    told: list[tuple[int, int]] = []
    after: str | int = 0
    index.let.set()
    while True:
        over = filling.done()
        page = node.events.list(after=after, limit=200).items
        told += [(one["data"]["block"], one["data"]["logIndex"]) for one in page]
        if page:
            after = page[-1]["position"]
        elif over:
            break
    assert told == sorted(set(told))
    assert len(told) == index.counts()["event"] >= FACTS


def _all(node: Client, **asked: Any) -> tuple[int, list[str]]:
    """The block that the pages speak of, and the ids of all of them."""
    page = node.versions.list(**asked)
    block, ids = page.as_of_block, [one["id"] for one in page.items]
    while page.next is not None:
        page = node.versions.list(cursor=page.next, **asked)
        assert page.as_of_block == block
        ids += [one["id"] for one in page.items]
    return block, ids
