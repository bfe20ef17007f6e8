"""Who writes, when several processes share a store: one, and another within seconds when that one is gone.

The row of `local_writer` names the writer by an epoch, which each takeover raises and each of the writer's SQL
transactions checks: a writer that was paused and wakes after a takeover can write nothing. Two things show that a
writer is gone. A lock that ends with its process or its connection is free: then the next one takes over at once. Or
its beat stands still for `LEASE` seconds on the standby's own monotonic clock, so that two machines' clocks may differ.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Row, inspect, make_url, select, text, update
from sqlalchemy.exc import DBAPIError

from ledger_node.errors import NotTheWriter, StoreOutdated
from ledger_node.store import revisions
from ledger_node.store.database import ELECTED, Database
from ledger_node.store.schema.local import writer

BEAT = 1.0  # seconds between two beats, and between two looks of a standby
#: Seconds without a beat until a standby takes over. A writer that was paused in a transaction holds the store for
#: `IDLE_TIMEOUT` more, and a standby looks each `BEAT`: together ten.
LEASE = 5.0
LOOK = 2.5  # seconds in which a writer that lives has beaten


class Lock(Protocol):
    """Held by one process; free when that process or its connection has ended."""

    def take(self) -> bool:
        """True also when it is held already."""

    def free(self) -> None: ...


class Lease:
    """`version` is the software's, for others to see before they change the tables."""

    def __init__(self, database: Database, version: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.database = database
        self._version = version
        self._monotonic = monotonic
        self._lock = _lock_of(database)
        self._holder = f"{os.getpid()}-{uuid.uuid4()}"
        self._seen: tuple[int, int] | None = None  # epoch and beat of another, and since when they stand
        self._since = 0.0
        self._patient = False

    @property
    def held(self) -> bool:
        """Whether this process was the writer when it last looked."""
        return self.database.epoch is not None

    @property
    def epoch(self) -> int | None:
        """Of this process's writing; None when it is not the writer."""
        return self.database.epoch

    def term(self) -> AbstractContextManager[int | None]:
        """As the database's."""
        return self.database.term()

    def take(self) -> bool:
        """Becomes the writer when nobody is. False when another one lives."""
        locked, began = self._free_of_others(), self._monotonic()
        with self.database.write() as connection:
            self._require_tables(connection)
            if self._monotonic() - began > BEAT:
                self._seen = None  # who held the store so long may be the writer, kept from its beat by its own work
            row = connection.execute(select(writer)).first()
            if row is not None and row.holder and not locked and not self._stands_still(row):
                return False
            epoch = 1 if row is None else row.epoch + 1
            values = {"epoch": epoch, "holder": self._holder, "beat": 0, "version": self._version}
            self._write(connection, values, new=row is None)
        self.database.epoch = epoch
        return True

    def beat(self) -> bool:
        """Shows that this process lives. False, and it is the writer no more, when another has taken over."""
        # After a takeover from one that was only paused the lock is its own still; without it the next one would think
        # that nobody is here.
        self._lock.take()
        try:
            with self.database.write(as_writer=True) as connection:
                connection.execute(update(writer).values(beat=writer.c.beat + 1))
        except NotTheWriter:
            self.lose()
            return False
        return True

    def lose(self) -> None:
        """This process is not the writer."""
        self.database.epoch = None
        self._seen = None
        self._patient = True
        self._lock.free()

    def release(self) -> None:
        """Lets another take over at once."""
        with suppress(NotTheWriter), self.database.write(as_writer=True) as connection:
            connection.execute(update(writer).values(holder=""))
        self.lose()

    def _require_tables(self, connection: Connection) -> None:
        """A standby of older software wakes after an upgrade: it must not write into tables that it does not know."""
        try:
            revisions.require_newest(revisions.found(connection) or "")
        except StoreOutdated:
            self._lock.free()
            raise

    def _free_of_others(self) -> bool:
        """Whether the lock shows that no writer lives. Not to one that has just lost the writing and left the lock to
        whoever took over: it would find it free until the other's next beat."""
        locked = self._lock.take()
        if self._patient and locked:
            self._lock.free()
            return False
        self._patient = self._patient and locked
        return locked

    def _stands_still(self, row: Row[tuple[object, ...]]) -> bool:
        seen, now = (row.epoch, row.beat), self._monotonic()
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since >= LEASE

    def _write(self, connection: Connection, values: dict[str, object], *, new: bool) -> None:
        if new:
            connection.execute(writer.insert().values(id=1, **values))
        else:
            connection.execute(update(writer).values(values))


@contextmanager
def nobody_writes(database: Database, look: float = LOOK) -> Iterator[None]:
    """While this lasts. NotTheWriter when a process holds the writer's lock or its beat moves in `look` seconds."""
    lock = _lock_of(database)
    if not lock.take():
        raise _somebody_writes()
    try:
        first = _beat_of(database)
        if first is not None and first.holder:
            time.sleep(look)
            if _beat_of(database) != first:
                raise _somebody_writes()
        yield
    finally:
        lock.free()


def _beat_of(database: Database) -> Any:
    with database.read() as connection:
        if not inspect(connection).has_table(writer.name):  # older than the lease
            return None
        return connection.execute(select(writer.c.epoch, writer.c.holder, writer.c.beat)).first()


def _somebody_writes() -> NotTheWriter:
    return NotTheWriter("a node runs on this store", needed="every process of the node stopped")


def open_alone(url: str) -> Database:
    """A store with its tables that no other process knows, written by this one."""
    database = Database(url)
    database.migrate()
    with database.write() as connection:
        connection.execute(writer.insert().values(id=1, epoch=1, holder="alone", beat=0, version=""))
    database.epoch = 1
    return database


class _FileLock:
    """Beside a SQLite file, whose processes are all on one machine."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._descriptor: int | None = None

    def take(self) -> bool:
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def free(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class _SessionLock:
    """Held by a connection to PostgreSQL, which the server ends with its process."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None

    def take(self) -> bool:
        with suppress(DBAPIError):
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))  # a server that was restarted has forgotten it
                return True
        self.free()
        try:
            connection = self._engine.connect()
        except DBAPIError:
            return False
        with suppress(DBAPIError):
            if connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": ELECTED}):
                self._connection = connection
                return True
        connection.close()
        return False

    def free(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(DBAPIError):  # the server learns of a connection's end only after its client has gone on
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": ELECTED})
            with suppress(DBAPIError):
                connection.detach()  # not back to the pool, where it would hold the lock on
            connection.close()


class _NoLock:
    """In memory there is one process."""

    def take(self) -> bool:
        return True

    def free(self) -> None:
        return None


def _lock_of(database: Database) -> Lock:
    url = make_url(database.url)
    if url.get_backend_name() != "sqlite":
        return _SessionLock(database)
    return _FileLock(Path(f"{url.database}.writer")) if url.database else _NoLock()
