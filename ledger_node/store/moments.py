"""Several questions of one thread in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, select

from ledger_node.ports import Checkpoint
from ledger_node.store.database import Database
from ledger_node.store.question import Question
from ledger_node.store.schema.following import checkpoint as table

_CHECKPOINT = Question(select(table.c.number, table.c.hash, table.c.timestamp))


class Moments:
    """The database of an index. In a moment it is looked up once where the index stands: what an answer is made of
    belongs together, and to begin a transaction takes longer than most questions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = threading.local()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """For this thread. One within another is the same."""
        if getattr(self._now, "lasts", False):
            yield
            return
        with self._database.moment():
            self._now.lasts = True
            try:
                yield
            finally:
                self._now.lasts, self._now.checkpoint = False, None

    def read(self) -> AbstractContextManager[Connection]:
        return self._database.read()

    def checkpoint(self) -> Checkpoint | None:
        known: Checkpoint | None = getattr(self._now, "checkpoint", None)
        if known is not None:
            return known
        with self.read() as connection:
            found = next((Checkpoint(*row) for row in _CHECKPOINT.ask(connection)), None)
        if getattr(self._now, "lasts", False):
            self._now.checkpoint = found
        return found

    @property
    def is_file(self) -> bool:
        return self._database.is_file

    def write(self, *, as_writer: bool = False) -> AbstractContextManager[Connection]:
        return self._database.write(as_writer=as_writer)
