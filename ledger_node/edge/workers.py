"""Several children at one task for many files, one child for each processor."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Self

from ledger_node.edge.worker import Limits, Worker

MOST = 8  # children: each may take as much memory as the limits say
AHEAD = 32  # files that a child has at hand: it need not wait for us, who may be waiting for another


class Workers:
    """Use as a context manager; the children die with it. They are started when there is something for them."""

    def __init__(self, limits: Limits, count: int | None = None) -> None:
        """Raises ToolMissing."""
        count = count or min(len(os.sched_getaffinity(0)), MOST)
        self._workers = [Worker(limits) for _ in range(count)]

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            for worker in self._workers:
                opened.enter_context(worker)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def ask_all(self, task: str, requests: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any] | None]:
        """The answers in the order of the requests, each as `Worker.ask` says. A file's time runs while we wait for it,
        and in its child: there an alarm ends it five seconds after its time at the latest."""
        waiting: deque[Worker] = deque()
        for at, request in enumerate(requests):
            worker = self._workers[at % len(self._workers)]
            if len(waiting) == AHEAD * len(self._workers):
                yield waiting.popleft().receive()
            worker.send(task, **request)
            waiting.append(worker)
        while waiting:
            yield waiting.popleft().receive()
