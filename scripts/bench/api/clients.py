"""Clients that post one request after the other, each over a connection of its own, and one that reads meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from scripts.bench import wire

CLIENTS = 8
REFUSED = 0.05  # seconds until a refused client asks again
PACE = 0.01  # seconds between two reads


@dataclass(slots=True)
class Posted:
    """What was accepted in how many seconds; what was not is made no part of it."""

    accepted: int = 0
    refused: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return self.accepted / self.seconds


def posted(port: int, request: Callable[[int], bytes], seconds: float) -> Posted:
    """Successes of `CLIENTS` clients; `request` makes a new one for the client of that number."""
    total, began = Posted(), time.perf_counter()

    def work(number: int) -> Posted:
        mine, line = Posted(), wire.connect(port)
        with line:
            while time.perf_counter() - began < seconds:
                line.sendall(request(number))
                if wire.read(line).succeeded:
                    mine.accepted += 1
                else:
                    mine.refused += 1
                    time.sleep(REFUSED)
        return mine

    with ThreadPoolExecutor(CLIENTS) as pool:
        for mine in pool.map(work, range(CLIENTS)):
            total.accepted += mine.accepted
            total.refused += mine.refused
    total.seconds = time.perf_counter() - began
    return total


@dataclass(slots=True)
class Reads:
    """Seconds of each read."""

    seconds: list[float] = field(default_factory=list)


@contextmanager
def reading(port: int, request: bytes) -> Iterator[Reads]:
    """The same read again and again while the block lasts."""
    reads, ended = Reads(), threading.Event()

    def work() -> None:
        with wire.connect(port) as line:
            while not ended.wait(PACE):
                began = time.perf_counter()
                line.sendall(request)
                if not wire.read(line).succeeded:
                    raise ConnectionError("a read was refused")
                reads.seconds.append(time.perf_counter() - began)

    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(work)
        try:
            yield reads
        finally:
            ended.set()
            going.result()
