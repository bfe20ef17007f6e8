"""Requests a second over a few connections, in one thread: all ask, then all are read, and again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import cycle

from scripts.bench import wire
from scripts.bench.reading.served import Served

CONNECTIONS = 4


class Refused(Exception):
    """An answer that is not 200."""


class Asking:
    def __init__(self, server: Served) -> None:
        self._key = server.key
        self._sockets = [wire.connect(server.port) for _ in range(CONNECTIONS)]

    def close(self) -> None:
        for one in self._sockets:
            one.close()

    def rate(self, paths: Sequence[str], seconds: float) -> float:
        """Answers a second while the paths are asked for, one after the other and again."""
        asked = cycle([wire.get(path, self._key) for path in paths])
        answered, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds:
            for one in self._sockets:
                one.sendall(next(asked))
            for one in self._sockets:
                answer = wire.read(one)
                if answer.status != 200:
                    raise Refused(str(answer.status))
            answered += len(self._sockets)
        return answered / spent
