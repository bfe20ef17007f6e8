"""Our way: an outbox that is on disk before anything is sent, one submitter, one indexer, as in a node."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from itertools import islice

from ledger_node.bootstrap import SystemClock
from ledger_node.chain.finality import ByDepth
from ledger_node.chain.rpc import RpcLedger
from ledger_node.domain.command import Idempotency, Identity
from ledger_node.indexer.follower import Follower
from ledger_node.services.submissions import Submissions
from ledger_node.store.desk import SqlDesk
from ledger_node.store.dispatch import SqlDispatch
from ledger_node.store.index import SqlIndex
from ledger_node.store.lease import open_alone
from ledger_node.store.outbox import SqlOutbox
from ledger_node.submitter.submitter import Submitter
from scripts.bench.sending.place import PUBLISHER, Place, registration
from scripts.bench.sending.run import PAUSE, Run, measured, until_mined

TOGETHER = 100  # writes of one commit, as of one batch request
WINDOW = 20_000  # what is mined in a block interval, several times
POLL = 0.2  # seconds, as a node does by default


def run(place: Place, writes: int, url: str) -> tuple[Run, float]:
    """The run, and the HTTP requests to the chain for each write."""
    key, clock, asked = place.new_key(), SystemClock(), Counter[str]()
    ledger = RpcLedger(place.url, observe=lambda method, _: asked.update([method]))
    database = open_alone(url)
    index, outbox = SqlIndex(database), SqlOutbox(database, clock, key.address)
    follower = Follower(ledger, index, place.deployment)
    follower.catch_up()
    before, first = index.counts()["model"], place.ledger.head().number
    submitter = Submitter(
        ledger,
        SqlDispatch(database, key.address),
        SqlDesk(database, clock, key.address),
        index,
        clock,
        key,
        ByDepth(1),
        place.deployment.contracts,
        window=WINDOW,
        genesis=place.deployment.genesis,
    )
    identity = Identity(PUBLISHER, key.address, place.deployment)
    submissions = Submissions(identity, ledger, outbox, index, salt_secret=outbox.salt_secret(), queue_cap=writes + 1)
    work = [(registration(), Idempotency(str(uuid.uuid4()), "0x" + "00" * 32)) for _ in range(writes)]
    stop = threading.Event()
    threads = [
        threading.Thread(target=_loop, args=(stop, step))
        for step in (submitter.sign, submitter.send, submitter.settle, lambda: int(follower.step()))
    ]

    def act() -> str | None:
        todo = iter(work)
        while batch := list(islice(todo, TOGETHER)):
            with submissions.moment():
                entries = [submissions.entry(*one) for one in batch]
            submissions.accept(*entries)
        until_mined(place.ledger, first, writes)
        return None

    asked.clear()
    for thread in threads:
        thread.start()
    try:
        done = measured(writes, act)
        requests = asked.total() / writes
        deadline = time.monotonic() + 120
        while index.counts()["model"] - before < writes and time.monotonic() < deadline:
            time.sleep(PAUSE)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    chain, rows = place.registered(key, first), index.counts()["model"] - before
    database.close()
    if (chain, rows) != (writes, writes):
        done = Run(writes, done.seconds, done.cpu, f"{writes} accepted, {chain} on the chain, {rows} indexed")
    return done, requests


def _loop(stop: threading.Event, step: Callable[[], int]) -> None:
    while not stop.is_set():
        if not step():
            stop.wait(POLL)
