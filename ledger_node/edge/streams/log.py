"""A stream's durable log: one leaf for each record in the order of their coming, and the heads that were closed.

A record's leaf is that of a manifest: HMAC-SHA256 of a nonce of 16 bytes and the record digest, under the stream's own
key. Before a head is closed the tree is padded with random leaves to a multiple of PADDING, so that its size says
nothing of one patient. Leaves stay for ever; a record's row may go, and then its leaf says nothing.

Everything is in one SQLite file, each step in one transaction that is on the disk before it is answered.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ledger_node.domain.dataset import PADDING
from ledger_node.edge.files import locked
from ledger_node.edge.keys import KEY_BYTES, Random, read_key, write_key
from ledger_node.edge.manifest.records import NONCE_BYTES, leaf_of
from ledger_node.errors import InvalidDocument, NotFound, StateConflict
from ledger_node.proof.merkle import TreeBuilder

if TYPE_CHECKING:
    from ledger_node.edge.trees.hashing import Bytes

FILE, KEY = "stream.db", "stream.key"
FORMAT = 1
SCHEMA = """
CREATE TABLE stream (id TEXT NOT NULL);
CREATE TABLE leaf (position INTEGER PRIMARY KEY, leaf BLOB NOT NULL);
CREATE TABLE record (
    position INTEGER PRIMARY KEY REFERENCES leaf,
    nonce BLOB NOT NULL, digest BLOB NOT NULL UNIQUE, instance TEXT NOT NULL UNIQUE, taken_at INTEGER NOT NULL
);
CREATE TABLE head (
    size INTEGER PRIMARY KEY, root BLOB NOT NULL, closed_at INTEGER NOT NULL, request TEXT NOT NULL UNIQUE,
    anchored_at INTEGER
);
CREATE INDEX waiting ON head (size) WHERE anchored_at IS NULL;
"""
HEADS = "SELECT size, root, closed_at, request, anchored_at FROM head"
#: What is deleted is overwritten: a nonce that was forgotten is not to be found in a free page.
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
Now = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Record:
    """`digest` is the record digest (32 bytes), `instance` the SOP Instance UID, a new one if it was de-identified."""

    digest: bytes = field(repr=False)
    instance: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Head:
    """`root` is the RFC 9162 head over the first `size` leaves; `request` the idempotency key it is anchored under.
    Times are Unix seconds; `anchored_at` is None until the chain has it."""

    size: int
    root: bytes
    closed_at: int
    request: str
    anchored_at: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a record stands, counted from 0. `known` when it stood there before: the same record again."""

    position: int
    known: bool


class StreamLog:
    """Use as a context manager. One process writes at a time; its threads may share it."""

    def __init__(
        self, folder: Path, *, writing: bool = True, random: Random = secrets.token_bytes, now: Now = time.time
    ) -> None:
        """Opens what `create` made; without `writing` beside a process that writes it.

        Raises NotFound, InvalidDocument, and StateConflict when another process writes it.
        """
        self._random, self._now = random, now
        self._alone = threading.RLock()
        self._tree, self._closed, self._loaded = TreeBuilder(), 0, False
        self._key = read_key(folder / KEY)
        if not (folder / FILE).is_file():
            raise NotFound(f"{FILE} is not there", needed="a stream's folder")
        with ExitStack() as opened:
            if writing:
                opened.callback(os.close, locked(folder.resolve(), "another process writes this stream"))
            place = f"{(folder / FILE).resolve().as_uri()}?mode={'rw' if writing else 'ro'}"
            self._file = sqlite3.connect(place, uri=True, isolation_level=None, check_same_thread=False)
            opened.callback(self._file.close)
            try:
                self._open(writing)
            except sqlite3.DatabaseError:
                raise InvalidDocument("this is no stream's log", got=FILE, needed="the file of a stream") from None
            self._opened = opened.pop_all()

    @classmethod
    def create(cls, folder: Path, stream: str, random: Random = secrets.token_bytes) -> None:
        """An empty log for a stream that is registered under the id `stream`. Raises StateConflict when the folder has
        one."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / FILE).exists():
            raise StateConflict("this folder has a stream's log", got=FILE, needed="another folder")
        if not (folder / KEY).exists():
            write_key(folder / KEY, random(KEY_BYTES))
        partial = folder / f".{FILE}.partial"
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        made = sqlite3.connect(partial, isolation_level=None)
        made.executescript(f"PRAGMA user_version = {FORMAT}; BEGIN; {SCHEMA}")
        made.execute("INSERT INTO stream VALUES (?)", (stream,))
        made.execute("COMMIT")
        made.close()
        partial.rename(folder / FILE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def take(self, records: Sequence[Record]) -> list[Taken | None]:
        """Where each stands now; None for another record of an instance that was taken already. All or none."""
        with self._write():
            return [self._take(record) for record in records]

    def close_head(self) -> Head | None:
        """Pads the tree and closes a head over it; None when nothing came since the last one."""
        size = self._tree.size
        if size == self._closed:
            return None
        with self._write():
            for _ in range(-size % PADDING):
                self._grow(self._random(32))
            head = Head(self._tree.size, self._tree.root(), int(self._now()), str(uuid.uuid4()))
            self._file.execute(
                "INSERT INTO head VALUES (?, ?, ?, ?, NULL)", (head.size, head.root, head.closed_at, head.request)
            )
        self._closed = head.size
        return head

    def anchored(self, head: Head) -> None:
        """The chain has it."""
        with self._write():
            self._file.execute("UPDATE head SET anchored_at = ? WHERE size = ?", (int(self._now()), head.size))

    def forget(self, position: int) -> bool:
        """Removes a record's row with its nonce; its leaf stays, and every other proof with it. False without a row."""
        with self._write():
            gone = self._file.execute("DELETE FROM record WHERE position = ?", (position,)).rowcount
        self._ask("PRAGMA wal_checkpoint(TRUNCATE)")  # the nonce is in no older page either
        return bool(gone)

    def heads(self) -> list[Head]:
        """Oldest first."""
        return [Head(*row) for row in self._ask(f"{HEADS} ORDER BY size")]

    def waiting(self) -> list[Head]:
        """Closed and not anchored, oldest first."""
        return [Head(*row) for row in self._ask(f"{HEADS} WHERE anchored_at IS NULL ORDER BY size")]

    def position_of(self, instance: str) -> int | None:
        found = self._ask("SELECT position FROM record WHERE instance = ?", instance)
        return int(found[0][0]) if found else None

    def leaves(self, size: int) -> Bytes:
        """The first `size`, as (size, 32) uint8."""
        import numpy as np

        rows = self._ask("SELECT leaf FROM leaf WHERE position < ? ORDER BY position", size)
        return np.frombuffer(b"".join(leaf for (leaf,) in rows), np.uint8).reshape(-1, 32)

    def leaves_at(self, positions: Iterable[int]) -> dict[int, bytes]:
        """By position, of those that are there."""
        rows = (self._ask("SELECT position, leaf FROM leaf WHERE position = ?", position) for position in positions)
        return {position: leaf for found in rows for position, leaf in found}

    def positions_of(self, leaves: Collection[bytes]) -> list[int]:
        """Where these leaves stand, of those that are there."""
        return [position for position, leaf in self._ask("SELECT position, leaf FROM leaf") if leaf in leaves]

    @property
    def records(self) -> int:
        return int(self._ask("SELECT count(*) FROM record")[0][0])

    @property
    def open_leaves(self) -> int:
        """Leaves that no head covers yet: records all, since padding is closed with its head."""
        return self._tree.size - self._closed

    def _open(self, writing: bool) -> None:
        for pragma in PRAGMAS if writing else ():
            self._file.execute(f"PRAGMA {pragma}")
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        if version != FORMAT:
            raise InvalidDocument("a log of another form", got=f"form {version}", needed=f"form {FORMAT}")
        (self.stream,) = self._file.execute("SELECT id FROM stream").fetchone()
        if writing:
            self._load()

    def _load(self) -> None:
        tree = TreeBuilder()
        for position, leaf in self._file.execute("SELECT position, leaf FROM leaf ORDER BY position"):
            if position != tree.size:
                raise InvalidDocument("the log has a gap", got=f"leaf {position}", needed=f"leaf {tree.size}")
            tree.add(leaf)
        (closed,) = self._file.execute("SELECT coalesce(max(size), 0) FROM head").fetchone()
        self._tree = tree
        self._closed, self._loaded = int(closed), True

    def _take(self, record: Record) -> Taken | None:
        found = self._file.execute(
            "SELECT position, digest FROM record WHERE digest = ? OR instance = ?", (record.digest, record.instance)
        ).fetchone()
        if found is not None:
            return Taken(found[0], known=True) if found[1] == record.digest else None
        nonce = self._random(NONCE_BYTES)
        position = self._grow(leaf_of(self._key, nonce, record.digest))
        self._file.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?)",
            (position, nonce, record.digest, record.instance, int(self._now())),
        )
        return Taken(position, known=False)

    def _grow(self, leaf: bytes) -> int:
        position = self._tree.size
        self._file.execute("INSERT INTO leaf VALUES (?, ?)", (position, leaf))
        self._tree.add(leaf)
        return position

    def _ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with self._alone:
            return self._file.execute(question, values).fetchall()

    @contextmanager
    def _write(self) -> Iterator[None]:
        with self._alone:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._file.execute("COMMIT")
            except BaseException as failure:
                if self._file.in_transaction:
                    self._file.execute("ROLLBACK")
                if self._loaded:
                    self._load()  # the tree has what the file took back
                if isinstance(failure, sqlite3.OperationalError):
                    raise StateConflict(
                        "the stream's log cannot be written",
                        got=getattr(failure, "sqlite_errorname", type(failure).__name__),
                        needed="a folder with room and permission",
                    ) from failure
                raise
