"""Writes of several threads in one transaction, so that a disk's pause is paid once for all that came meanwhile."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import Connection

from ledger_node.errors import MedLedgerError

T = TypeVar("T")
_Waiting = tuple[Callable[[Connection], Any], Future[Any]]


class Together:
    """`begin` opens the transaction. An act may refuse, as a MedLedgerError, before it has written anything: that
    concerns nobody else. What goes wrong in any other way takes the whole transaction back, and each act is then done
    in one of its own: an act must bear being done again."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._begin = begin
        self._waiting: deque[_Waiting] = deque()
        self._turn = threading.Lock()

    def do(self, act: Callable[[Connection], T]) -> T:
        """What the act returns, once it is committed. Whose turn comes first does it for all that wait by then."""
        mine: Future[T] = Future()
        self._waiting.append((act, mine))
        with self._turn:
            if not mine.done():
                self._commit([self._waiting.popleft() for _ in range(len(self._waiting))])
        return mine.result()

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        try:
            with self._begin() as connection:
                ends = [_end(act, connection) for act, _ in batch]
        except Exception as error:
            if len(batch) == 1:
                batch[0][1].set_exception(error)
            else:
                for one in batch:
                    self._commit([one])
            return
        for (_, waiting), (result, refusal) in zip(batch, ends, strict=True):
            if refusal is None:
                waiting.set_result(result)
            else:
                waiting.set_exception(refusal)


def _end(act: Callable[[Connection], Any], connection: Connection) -> tuple[Any, MedLedgerError | None]:
    try:
        return act(connection), None
    except MedLedgerError as refusal:
        return None, refusal
