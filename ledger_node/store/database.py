"""Engine, transactions, migrations."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from ledger_node.errors import ConfigInvalid, NotTheWriter, StoreUnavailable
from ledger_node.store import revisions
from ledger_node.store.schema.local import writer
from ledger_node.store.together import Together

BUSY_TIMEOUT = 10  # seconds that a writer waits for another
#: Connections: for every thread of the server (40) and of the workers, or readers could keep the writer from its beats.
POOL = {"pool_size": 10, "max_overflow": 50}
IDLE_TIMEOUT = 4  # seconds that a transaction of PostgreSQL may stand still
#: PostgreSQL's advisory locks, ours alone in a node's own database. A write holds the first or the second: accepting
#: only adds to the outbox, and need not wait for what brings it to the chain. The elected process holds the third.
#: Reads go on record under the fourth, evidence is captured under the fifth: its many rows keep nobody else waiting.
WRITING, ACCEPTING, ELECTED, RECORDING, CAPTURING = (0x6D65646C65646772 + place for place in (0, 2, 1, 3, 4))


class Database:
    """One database, SQLite or PostgreSQL. `read()` and `write()` are transactions: what a read answers belongs to one
    moment; a write holds the one write lock from its start, so that nothing it read can change before it commits.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.epoch: int | None = None  # this process's, while it is the writer (see `lease`)
        self._begun = threading.local()  # with which epoch, while a thread is inside `term`
        self._now = threading.local()  # the connection of a thread that is inside `moment`
        self._reading: dict[str, Any] = {}
        self._turn = threading.Lock()
        self.accepting = Together(lambda: self.write(lock=ACCEPTING))
        try:
            if make_url(url).get_backend_name() == "sqlite":
                self.engine = _sqlite(url)
            else:
                self.engine = _postgresql(url)
                self._reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        except (ArgumentError, ModuleNotFoundError):
            raise ConfigInvalid(
                "the database URL cannot be used", needed="sqlite:///FILE or postgresql+psycopg://…"
            ) from None

    @contextmanager
    def moment(self) -> Iterator[None]:
        """All that this thread reads inside is one transaction, whichever store asks: a second connection for the same
        request could be the last one that another waits for. One within another is the same."""
        if self._moment is not None:
            yield
            return
        with self.read() as connection:
            self._now.connection = connection
            try:
                yield
            finally:
                self._now.connection = None

    @property
    def _moment(self) -> Connection | None:
        return getattr(self._now, "connection", None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        if (connection := self._moment) is not None:
            yield connection
            return
        with (
            _translated(),
            self.engine.connect().execution_options(**self._reading) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def term(self) -> Iterator[int | None]:
        """What this thread writes inside, it writes as the writer that the process is now: once the writing was lost,
        it is refused also when the process has regained it meanwhile, since what was read may be old."""
        self._begun.epoch = self.epoch
        try:
            yield self.epoch
        finally:
            del self._begun.epoch

    @contextmanager
    def write(self, *, as_writer: bool = False, lock: int = WRITING) -> Iterator[Connection]:
        """`as_writer` is for what only the writing process may do: NotTheWriter when that is another one by now."""
        with (
            _translated(),
            self._in_turn(),
            self.engine.connect().execution_options(medledger_lock=lock) as connection,
            connection.begin(),
        ):
            epoch = getattr(self._begun, "epoch", self.epoch)
            if as_writer and (epoch is None or connection.scalar(select(writer.c.epoch)) != epoch):
                raise NotTheWriter("another process has taken over the writing", needed="nothing: this one stands by")
            yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """SQLite has one writer, and lets others sleep for a while before they look again whether it has ended. Threads
        of this process wake each other."""
        if not self.is_file:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_TIMEOUT):
            raise StoreUnavailable("the store cannot be used now", got="another write", needed="the same again")
        try:
            yield
        finally:
            self._turn.release()

    def migrate(self) -> None:
        """Brings the tables to the newest revision."""
        try:
            with self.write() as connection:
                revisions.bring(connection)
        except (StoreUnavailable, DBAPIError):
            raise _not_opened() from None

    def require_tables(self) -> None:
        """Makes the tables of an empty store. StoreOutdated when there are some of another revision: what a person has
        not asked for must not change what an older node on the same store still reads."""
        try:
            revision = self.revision()
            self._require_sound()
        except StoreUnavailable:
            raise _not_opened() from None
        if revision is None:
            self.migrate()
        else:
            revisions.require_newest(revision)

    @property
    def is_file(self) -> bool:
        """SQLite, which answers in the process that asks."""
        return self.engine.dialect.name == "sqlite"

    def _require_sound(self) -> None:
        """A file with broken pages must not be written on. PostgreSQL has checksums of its own."""
        if not self.is_file:
            return
        with self.read() as connection:
            if connection.scalar(text("PRAGMA quick_check(1)")) != "ok":
                raise ConfigInvalid(
                    "the database file is broken",
                    needed="a backup (medledger node restore); without one, remove the file: the index is made again "
                    "from the chain, and only writes that were not in a block are lost",
                )

    def revision(self) -> str | None:
        """That of the tables; None when there are none."""
        with self.read() as connection:
            return revisions.found(connection)

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    """A locked, full, absent or broken database as our error: what was begun is rolled back and may be tried again."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise StoreUnavailable(
            "the store cannot be used now", got=type(error.orig).__name__, needed="free disk, and no other writer"
        ) from error
    except PoolExhausted as error:
        raise StoreUnavailable("too much is asked of the store at once", needed="the same again") from error


def _not_opened() -> ConfigInvalid:
    return ConfigInvalid("the database cannot be opened", needed="a folder that exists and can be written")


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "isolation_level": None}, **POOL)

    @event.listens_for(engine, "connect")
    def _prepare(connection, record):  # type: ignore[no-untyped-def]  # noqa: ARG001
        # FULL: a commit that was answered survives the loss of power, not only of the process.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("medledger_lock")
        connection.execute(text("BEGIN IMMEDIATE" if writes else "BEGIN"))

    return engine


def _postgresql(url: str) -> Engine:
    # A process that was paused in the middle of a transaction must not hold the write lock for ever.
    limits = f"-c idle_in_transaction_session_timeout={IDLE_TIMEOUT}s -c lock_timeout={BUSY_TIMEOUT}s"
    engine = create_engine(url, pool_pre_ping=True, connect_args={"options": limits}, **POOL)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if lock := connection.get_execution_options().get("medledger_lock"):
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})

    return engine
