"""The Captures port: bundles taken apart, their trie nodes each once and counted, and what is still to be captured."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, exists, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ledger_node.domain.feed import FeedPosition
from ledger_node.errors import ChainAnswerInvalid
from ledger_node.ports import Broken, Capture, Clock, Due, Kept, Missing, Stored
from ledger_node.proof import header as headers
from ledger_node.proof.hashing import keccak256, to_hex
from ledger_node.store.bulk import among
from ledger_node.store.database import CAPTURING, Database
from ledger_node.store.reads.base import batches
from ledger_node.store.schema.captures import capture, capture_due, capture_mark, captured_block, proof_node
from ledger_node.store.schema.models import model_version

HASH = 32  # bytes
AT_A_TIME = 1_000  # rows of a whole table in memory
_PLACE = (capture.c.subject, capture.c.block)
_THIS = (capture.c.subject == bindparam("of"), capture.c.block == bindparam("at"))
_NODE = proof_node.c.hash == bindparam("of")


class SqlCaptures:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._database.write(as_writer=True, lock=CAPTURING)

    # What is to be captured

    def mark(self) -> FeedPosition | None:
        with self._database.read() as connection:
            found = connection.scalar(select(capture_mark.c.position))
        return None if found is None else FeedPosition.parse(found)

    def note(self, subjects: Collection[str], mark: FeedPosition) -> None:
        with self._writing() as connection:
            self._due_now(connection, subjects)
            _set_mark(connection, mark)

    def note_all(self, as_of: int, mark: FeedPosition | None = None) -> None:
        version = model_version.c.id
        wanted = select(version, literal(0), literal(self._clock.now())).where(
            model_version.c.block <= as_of,
            ~exists(select(capture_due.c.subject).where(capture_due.c.subject == version)),
        )
        if mark is None:
            wanted = wanted.where(~exists(select(capture.c.subject).where(capture.c.subject == version)))
        with self._writing() as connection:
            connection.execute(capture_due.insert().from_select(["subject", "attempts", "next_at"], wanted))
            if mark is not None:
                _set_mark(connection, mark)

    def hasten(self) -> None:
        now = self._clock.now()
        with self._writing() as connection:
            connection.execute(update(capture_due).where(capture_due.c.next_at > now).values(next_at=now))

    def due(self, limit: int) -> list[Due]:
        due = select(capture_due.c.subject, capture_due.c.attempts).where(capture_due.c.next_at <= self._clock.now())
        first = due.order_by(capture_due.c.next_at, capture_due.c.subject).limit(limit)
        with self._database.read() as connection:
            return [Due(*row) for row in connection.execute(first)]

    def put_off(self, failures: Mapping[str, tuple[str, int]]) -> None:
        rows = [{"of": subject, "why": why, "until": until} for subject, (why, until) in failures.items()]
        later = {"attempts": capture_due.c.attempts + 1, "reason": bindparam("why"), "next_at": bindparam("until")}
        with self._writing() as connection:
            connection.execute(update(capture_due).where(capture_due.c.subject == bindparam("of")).values(later), rows)

    def missing(self, limit: int) -> list[Missing]:
        c = capture_due.c
        failed = select(c.subject, c.reason, c.attempts, c.next_at).where(c.reason.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(failed.order_by(c.next_at, c.subject).limit(limit))
            return [Missing(*row) for row in rows]

    # What is kept

    def blocks(self, subjects: Collection[str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        with self._database.read() as connection:
            for some in batches(subjects):
                rows = select(*_PLACE).where(capture.c.subject.in_(some)).order_by(*_PLACE)
                for subject, block in connection.execute(rows):
                    found.setdefault(subject, []).append(block)
        return found

    def keep(
        self,
        captures: Sequence[Capture],
        nodes: Mapping[bytes, bytes],
        header: Mapping[str, Any],
        drop: Collection[tuple[str, int]],
    ) -> None:
        subjects = [one.subject for one in captures]
        with self._writing() as connection:
            here = select(*_PLACE, capture.c.block_hash).where(capture.c.subject.in_(subjects))
            known = {(row.subject, row.block): row.block_hash for row in connection.execute(here)}
            new = [one for one in captures if known.get((one.subject, one.block)) != one.block_hash]
            if new:
                _drop(connection, [(one.subject, one.block) for one in new])  # those of a block that stands no more
                _count(connection, Counter(node for one in new for node in one.nodes), nodes)
                _add(connection, captured_block, [{"hash": new[0].block_hash, "header": dict(header)}])
                connection.execute(capture.insert(), [_row(one) for one in new])
            _drop(connection, drop)
            connection.execute(delete(capture_due).where(capture_due.c.subject.in_(subjects)))

    def find(self, subject: str, block: int) -> Stored | None:
        with self._database.read() as connection:
            row = connection.execute(select(capture).where(*_THIS), {"of": subject, "at": block}).first()
            if row is None:
                return None
            nodes: dict[bytes, bytes] = {}
            for some in batches(hashes_in(row.nodes)):
                wanted = among(connection, proof_node.c.hash, some)
                found = connection.execute(select(proof_node.c.hash, proof_node.c.node).where(wanted))
                nodes.update((bytes(name), bytes(node)) for name, node in found)
            return Stored(_capture(row), nodes)

    def near(self, subject: str, block: int) -> list[int]:
        this, at = capture.c.subject == subject, capture.c.block
        with self._database.read() as connection:
            below = connection.scalar(select(func.max(at)).where(this, at < block))
            above = connection.scalar(select(func.min(at)).where(this, at > block))
        return [one for one in (below, above) if one is not None]

    def kept(self) -> Kept:
        of_captures = func.length(capture.c.content) + func.length(capture.c.nodes)
        with self._database.read() as connection:
            captures, subjects, size = connection.execute(
                select(func.count(), func.count(capture.c.subject.distinct()), func.sum(of_captures))
            ).one()
            nodes, size_of_nodes = connection.execute(
                select(func.count(), func.sum(func.length(proof_node.c.node))).select_from(proof_node)
            ).one()
            waiting, missing = connection.execute(
                select(func.count(), func.count(capture_due.c.reason)).select_from(capture_due)
            ).one()
        noted = self.mark()
        return Kept(
            captures=captures,
            subjects=subjects,
            nodes=nodes,
            size=int(size or 0) + int(size_of_nodes or 0),
            waiting=waiting,
            missing=missing,
            noted=None if noted is None else noted.at.block,
        )

    # Whether it is whole

    def broken(self) -> tuple[int, list[Broken]]:
        with self._database.read() as connection:
            return _broken(connection)

    def mend(self) -> list[Broken]:
        with self._writing() as connection:
            _, broken = _broken(connection)
            _count_again(connection)
            places = [(one.subject, one.block) for one in broken if one.subject is not None]
            _drop(connection, places)
            self._due_now(connection, {subject for subject, _ in places})
        return broken

    def _due_now(self, connection: Connection, subjects: Iterable[str]) -> None:
        """Those that wait already go on waiting: to try again sooner is of no use."""
        now = self._clock.now()
        _add(connection, capture_due, [{"subject": one, "attempts": 0, "next_at": now} for one in sorted(subjects)])


def hashes_in(packed: bytes) -> list[bytes]:
    return [packed[start : start + HASH] for start in range(0, len(packed), HASH)]


def _row(one: Capture) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "block": one.block,
        "block_hash": one.block_hash,
        "digest": one.digest,
        "content": zlib.compress(one.content),
        "nodes": b"".join(one.nodes),
    }


def _capture(row: Row[Any]) -> Capture:
    content = zlib.decompress(row.content)
    return Capture(row.subject, row.block, row.block_hash, row.digest, content, tuple(hashes_in(row.nodes)))


def _inflates(content: bytes) -> bool:
    try:
        return bool(zlib.decompress(content))
    except zlib.error:
        return False


def _hash_of(header: Mapping[str, Any]) -> str | None:
    try:
        return to_hex(headers.from_rpc(header).hash)
    except ChainAnswerInvalid:
        return None


def _broken(connection: Connection) -> tuple[int, list[Broken]]:
    """How many captures there are, and those that do not give their bundle again."""
    wanted, checked = _named(connection)
    lost, miscounted = set[bytes](), 0
    for row in connection.execute(select(proof_node).execution_options(yield_per=AT_A_TIME)):
        if keccak256(row.node) != row.hash:
            lost.add(row.hash)
        miscounted += wanted.pop(row.hash, 0) != row.captures
    lost |= wanted.keys()
    whole = {row.hash for row in connection.execute(select(captured_block)) if _hash_of(row.header) == row.hash}
    found = []
    for row in connection.execute(select(capture).execution_options(yield_per=AT_A_TIME)):
        if not lost.isdisjoint(hashes_in(row.nodes)):
            found.append(Broken(row.subject, row.block, "a proof node is absent, or not what its hash names"))
        elif row.block_hash not in whole:
            found.append(Broken(row.subject, row.block, "its block's header is absent, or another"))
        elif not _inflates(row.content):
            found.append(Broken(row.subject, row.block, "its bytes are not those that were written"))
    if miscounted:
        found.append(Broken(None, 0, f"{miscounted} are not named by so many captures as is noted"))
    return checked, found


def _count_again(connection: Connection) -> None:
    wanted, _ = _named(connection)
    known = connection.execute(select(proof_node.c.hash, proof_node.c.captures)).all()
    wrong = [{"of": name, "to": wanted[name]} for name, count in known if wanted[name] != count]
    if wrong:
        connection.execute(update(proof_node).where(_NODE).values(captures=bindparam("to")), wrong)
    connection.execute(delete(proof_node).where(proof_node.c.captures <= 0))


def _named(connection: Connection) -> tuple[Counter[bytes], int]:
    """By how many captures each node is named, and how many there are."""
    found, checked = Counter[bytes](), 0
    for (packed,) in connection.execute(select(capture.c.nodes).execution_options(yield_per=AT_A_TIME)):
        found.update(hashes_in(packed))
        checked += 1
    return found, checked


def _add(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Those whose key is there already are left out."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def _count(connection: Connection, more: Mapping[bytes, int], nodes: Mapping[bytes, bytes]) -> None:
    """So many captures more name these nodes."""
    insert = _insert(connection, proof_node)
    counted = insert.on_conflict_do_update(
        index_elements=[proof_node.c.hash],
        set_={"captures": proof_node.c.captures + insert.excluded.captures, "node": insert.excluded.node},
    )
    rows = [{"hash": name, "node": nodes[name], "captures": count} for name, count in sorted(more.items())]
    if rows:
        connection.execute(counted, rows)


def _drop(connection: Connection, places: Collection[tuple[str, int]]) -> None:
    """Forgets captures, and the nodes and headers that no other needs."""
    gone: Counter[bytes] = Counter()
    blocks: set[str] = set()
    for subject, block in places:
        here = {"of": subject, "at": block}
        row = connection.execute(select(capture.c.block_hash, capture.c.nodes).where(*_THIS), here).first()
        if row is not None:
            connection.execute(delete(capture).where(*_THIS), here)
            gone.update(hashes_in(row.nodes))
            blocks.add(row.block_hash)
    if gone:
        fewer = {"captures": proof_node.c.captures - bindparam("fewer")}
        rows = [{"of": name, "fewer": count} for name, count in sorted(gone.items())]
        connection.execute(update(proof_node).where(_NODE).values(fewer), rows)
        connection.execute(delete(proof_node).where(_NODE, proof_node.c.captures <= 0), [{"of": one} for one in gone])
    if blocks:
        needed = exists(select(capture.c.subject).where(capture.c.block_hash == captured_block.c.hash))
        connection.execute(delete(captured_block).where(captured_block.c.hash.in_(blocks), ~needed))


def _set_mark(connection: Connection, mark: FeedPosition) -> None:
    connection.execute(delete(capture_mark))
    connection.execute(capture_mark.insert().values(id=1, position=str(mark)))


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
