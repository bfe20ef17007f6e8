"""Writes of several threads in one transaction, so that a disk's pause is paid once for all that came meanwhile; and
several of one request, which are kept all or none."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any, TypeVar

from sqlalchemy import Connection

from ledger_node.errors import MedLedgerError

T = TypeVar("T")
Act = Callable[[Connection], T]
_Waiting = tuple[Act[Any], Future[Any]]


class Together:
    """`begin` opens the transaction. An act may refuse, as a MedLedgerError, before it has written anything: that
    concerns nobody else. What goes wrong in any other way takes the whole transaction back, and each act is then done
    in one of its own: an act must bear being done again."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._begin = begin
        self._waiting: deque[_Waiting] = deque()
        self._turn = threading.Lock()
        self._with_next: ContextVar[tuple[Act[None], ...]] = ContextVar("with_next", default=())

    def do_with_next(self, act: Act[None]) -> None:
        """Puts an act off, which refuses nothing, until the next one of this context: both are committed, or neither.
        A request has a context of its own, with which an act is forgotten that none followed."""
        self._with_next.set((*self._with_next.get(), act))

    def do(self, act: Act[T]) -> T:
        """What the act returns, once it is committed. Whose turn comes first does it for all that wait by then."""
        if before := self._with_next.get():
            self._with_next.set(())
            act = _after(act, before)
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


def _after(act: Act[T], others: Sequence[Act[None]]) -> Act[T]:
    """The act, which may refuse, before the others have written anything."""

    def acts(connection: Connection) -> T:
        result = act(connection)
        for one in others:
            one(connection)
        return result

    return acts


def _end(act: Act[Any], connection: Connection) -> tuple[Any, MedLedgerError | None]:
    try:
        return act(connection), None
    except MedLedgerError as refusal:
        return None, refusal
