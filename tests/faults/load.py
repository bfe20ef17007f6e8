"""Clients that register datasets and do not give up until each request is acknowledged."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Sequence

from ledger_node.client import Client
from ledger_node.client.inputs import Document
from ledger_node.client.retries import Retries
from ledger_node.errors import MedLedgerError, Retry
from ledger_node.localnet.members import Member

CLIENTS = 4
CARD = Document({"title": "under load"})
PAUSE = 0.1  # seconds before a request is made again


def card(request: str) -> Document:
    """Each has a document of its own."""
    return Document({"title": "under load", "request": request})


class Load:
    """`count` registrations, each with a key of its own, spread over `seconds` when nothing breaks. Started by `with`;
    `acknowledged` grows meanwhile. `keys` are those of another load, whose requests are made again."""

    def __init__(
        self,
        member: Member,
        count: int,
        seconds: float = 0.0,
        urls: tuple[str, ...] = (),
        keys: Sequence[str] = (),
    ) -> None:
        self._member = member
        self._urls = urls or (member.url,)
        self.keys = tuple(keys) or tuple(str(uuid.uuid4()) for _ in range(count))
        self._todo = list(self.keys)
        self._seconds = seconds
        self._pace = seconds * CLIENTS / count
        self._taking = threading.Lock()
        self._ended = threading.Event()
        self.acknowledged: dict[str, str] = {}  # submission's id by key
        self.refused: list[str] = []  # codes of answers that no patience would change
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(CLIENTS)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(timeout=60)

    @property
    def running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def finish(self) -> None:
        """Until every request is acknowledged: what broke may have let none through, so all of them have their time."""
        seconds = 300 + self._seconds
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(timeout=max(0.0, deadline - time.monotonic()))
        assert not self.running, f"{len(self._todo)} requests were not acknowledged in {seconds:.0f} seconds"

    def _work(self, number: int) -> None:
        url = self._urls[number % len(self._urls)]
        key = self._member.api_keys["steward"]
        with Client(url, key, timeout=10, retries=Retries(attempts=1)) as node:
            while not self._ended.is_set():
                with self._taking:
                    if not self._todo:
                        return
                    request = self._todo.pop()
                self._make(node, request)
                self._ended.wait(self._pace)

    def _make(self, node: Client, request: str) -> None:
        while not self._ended.is_set():
            try:
                made = node.datasets.register(card(request), idempotency_key=request, wait=0)
            except MedLedgerError as error:
                if error.retry is Retry.NEVER:
                    self.refused.append(error.code)
                    return
                time.sleep(PAUSE)
            else:
                self.acknowledged[request] = made["id"]
                return
