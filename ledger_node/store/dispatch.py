"""The Dispatch port: what the one writing process does with accepted writes, in batches, since commits cost most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update

from ledger_node.domain.position import BlockRef, Event, Position
from ledger_node.domain.submission import CANCELLED, Outgoing, Settlement, Signed, SubmissionState, Waiting
from ledger_node.errors import IndexConflict
from ledger_node.store.bulk import among, update_all
from ledger_node.store.database import Database
from ledger_node.store.reads.base import batches
from ledger_node.store.schema.following import block, event
from ledger_node.store.schema.local import past
from ledger_node.store.schema.local import submission as table

QUEUED, SIGNED, SENT = SubmissionState.QUEUED.value, SubmissionState.SIGNED.value, SubmissionState.SENT.value
MINED, FAILED, REPLACED = SubmissionState.MINED.value, SubmissionState.FAILED.value, SubmissionState.REPLACED.value
#: Signed or sent. That it is not settled says the state too, but finds it.
OPEN = ~table.c.settled & table.c.state.in_((SIGNED, SENT))
#: Open, or replaced as it seems.
UNSETTLED = ~table.c.settled & (
    table.c.state.in_((SIGNED, SENT)) | (table.c.state == REPLACED) & table.c.outcome.is_(None)
)
HASHES = (table.c.hash, table.c.cancel_hash)
#: What is needed to send.
SENDING = (table.c.id, table.c.nonce, table.c.raw, table.c.hash, table.c.cancel_raw, table.c.cancel_hash)
#: A state as it was before a block said anything.
NO_BLOCK: dict[str, Any] = {"block": None, "block_hash": None, "status": None, "outcome": None, "settled": False}


class SqlDispatch:
    """`signer` is the address of the key that signs."""

    def __init__(self, database: Database, signer: str) -> None:
        self._database = database
        self._signer = signer
        self._ours = table.c.signer == signer

    # Signing

    def waiting(self, limit: int) -> list[Waiting]:
        oldest = (
            select(table.c.id, table.c.to, table.c.calldata)
            .where(table.c.state == QUEUED)  # of a key before this one too: nothing of it was signed
            .order_by(table.c.number)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [Waiting(*row) for row in connection.execute(oldest)]

    def next_nonce(self, floor: int) -> int:
        with self._database.read() as connection:
            last = connection.scalar(select(func.max(table.c.nonce)).where(self._ours))
        return max(floor, 0 if last is None else last + 1)

    def past(self, counted: int) -> int:
        of = past.c.signer == self._signer
        with self._database.write(as_writer=True) as connection:
            known: int | None = connection.scalar(select(past.c.counted).where(of))
            if known is None:
                connection.execute(past.insert().values(signer=self._signer, counted=counted))
            elif known != counted and connection.execute(select(table.c.id).limit(1)).first() is None:
                connection.execute(update(past).where(of).values(counted=counted))
            else:
                return known
        return counted

    def missing(self, counted: int) -> list[int]:
        later = select(table.c.nonce).where(self._ours, table.c.nonce >= counted)
        with self._database.read() as connection:
            given = set(connection.scalars(later))
        return sorted(set(range(counted, max(given, default=counted))) - given)

    def sign(self, signed: Sequence[tuple[str, Signed]]) -> None:
        rows = [
            {"id": id_, "raw": one.raw, "hash": one.hash, "nonce": one.nonce, "signer": one.signer, "state": SIGNED}
            for id_, one in signed
        ]
        with self._database.write(as_writer=True) as connection:
            if update_all(connection, table, rows, table.c.state == QUEUED) != len(rows):
                raise IndexConflict("a submission was cancelled while it was signed", needed="another step")

    # Sending

    def unsent(self, limit: int, after: int = -1) -> list[Outgoing]:
        return self._outgoing(~table.c.settled & (table.c.state == SIGNED) & (table.c.nonce > after), limit)

    def sent(self, outgoing: Sequence[Outgoing]) -> None:
        with self._database.write(as_writer=True) as connection:
            for cancelled in (False, True):
                # Not what was cancelled after it was handed over: its cancellation is still to be sent.
                same = table.c.cancel_raw.is_not(None) if cancelled else table.c.cancel_raw.is_(None)
                ids = [one.id for one in outgoing if (len(one.hashes) == 2) is cancelled]
                these = among(connection, table.c.id, ids) & (table.c.state == SIGNED) & same
                if ids:
                    connection.execute(update(table).where(these).values(state=SENT))

    def in_flight(self) -> int:
        with self._database.read() as connection:
            sent = ~table.c.settled & (table.c.state == SENT)
            counted = select(func.count()).select_from(table).where(self._ours, sent)
            return connection.scalar(counted) or 0

    def unsettled(self, limit: int, below: int | None = None) -> list[Outgoing]:
        return self._outgoing(UNSETTLED if below is None else UNSETTLED & (table.c.nonce < below), limit)

    # Settling

    def shown(self, after: int, upto: int) -> list[tuple[str, list[Event]]]:
        # One question after the other and no join: a database that has not counted its new rows yet would read whole
        # tables for one.
        between = event.c.block.between(after + 1, upto)
        shown: list[tuple[str, list[Event]]] = []
        with self._database.read() as connection:
            written = connection.scalars(select(event.c.transaction).where(between).distinct()).all()
            for hashes in batches(written):
                ours = self._unsettled_among(connection, hashes)
                if ours:
                    events = _events_of(connection, between & among(connection, event.c.transaction, list(ours)))
                    shown += [(ours[hash_], found) for hash_, found in events.items()]
        return shown

    def _unsettled_among(self, connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
        """Ids by hash. The database is given nothing else to look by: it may think that little is open, and read it all
        for each question."""
        asked = select(table.c.hash, table.c.id, (self._ours & UNSETTLED).label("unsettled"))
        found = connection.execute(asked.where(among(connection, table.c.hash, hashes)))
        return {row.hash: row.id for row in found if row.unsettled}

    def mined_before(self) -> int:
        oldest = select(func.min(table.c.nonce)).where(self._ours, UNSETTLED).scalar_subquery()
        last = (
            select(table.c.block)
            .where(self._ours, table.c.nonce < oldest, table.c.block.is_not(None))
            .order_by(table.c.nonce.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            block = connection.scalar(last)
        return -1 if block is None else block - 1

    def open_below(self, nonce: int) -> bool:
        below = select(table.c.id).where(self._ours, OPEN, table.c.nonce < nonce).limit(1)
        with self._database.read() as connection:
            return connection.execute(below).first() is not None

    def find_hashes(self, hashes: Sequence[str]) -> dict[str, Outgoing]:
        # One column after the other: a database looks up no two by one OR.
        found = {one.id: one for column in HASHES for one in self._outgoing(column.in_(hashes), len(hashes))}
        return {hash_: one for one in found.values() for hash_ in one.hashes}

    def settle(self, settlements: Sequence[Settlement]) -> None:
        rows = [
            {
                "id": one.id,
                "state": one.state.value,
                "block": one.block,
                "block_hash": one.block_hash,
                "status": one.status,
                "outcome": one.outcome,
            }
            for one in settlements
        ]
        if rows:
            with self._database.write(as_writer=True) as connection:
                update_all(connection, table, rows, ~table.c.settled)

    def replaced(self, nonce: int, block: BlockRef) -> bool:
        open_ = self._ours & (table.c.nonce == nonce) & table.c.state.in_((SIGNED, SENT))
        values = {**NO_BLOCK, "state": REPLACED, "block": block.number, "block_hash": block.hash}
        with self._database.write(as_writer=True) as connection:
            return connection.execute(update(table).where(open_).values(values)).rowcount == 1

    def passing_blocks(self, height: int) -> list[tuple[int, str]]:
        passing = (
            select(table.c.block, table.c.block_hash)
            .where(self._ours, table.c.state.in_((MINED, FAILED, REPLACED)), ~table.c.settled, table.c.block <= height)
            .distinct()
            .order_by(table.c.block)
        )
        with self._database.read() as connection:
            return [(row.block, row.block_hash) for row in connection.execute(passing)]

    def finish(self, block: int, block_hash: str, state: SubmissionState) -> int:
        here = self._settled_by(block, block_hash)
        with self._database.write(as_writer=True) as connection:
            mined = update(table).where(here, table.c.state == MINED).values(state=state.value, settled=True)
            decided = (table.c.state == FAILED) | (table.c.state == REPLACED) & table.c.outcome.is_not(None)
            others = update(table).where(here, decided).values(settled=True)
            return connection.execute(mined).rowcount + connection.execute(others).rowcount

    def rearm(self, block: int, block_hash: str) -> int:
        with self._database.write(as_writer=True) as connection:
            fallen = update(table).where(self._settled_by(block, block_hash)).values({**NO_BLOCK, "state": SENT})
            return connection.execute(fallen).rowcount

    def taken(self, height: int) -> list[str]:
        lost = (table.c.state == REPLACED) & ~table.c.settled & table.c.outcome.is_(None) & (table.c.block <= height)
        with self._database.read() as connection:
            return list(connection.scalars(select(table.c.id).where(self._ours, lost)))

    def requeue(self, submissions: Sequence[str]) -> int:
        fresh = {**NO_BLOCK, "state": QUEUED, "raw": None, "hash": None, "nonce": None}
        lost = (table.c.state == REPLACED) & ~table.c.settled & table.c.outcome.is_(None)
        these = table.c.id.in_(submissions) & lost
        unwanted = these & table.c.cancel_raw.is_not(None)
        with self._database.write(as_writer=True) as connection:
            # What an operator wanted to take back has come to nothing by now.
            ended = connection.execute(update(table).where(unwanted).values(settled=True, outcome=CANCELLED)).rowcount
            return ended + connection.execute(update(table).where(these).values(fresh)).rowcount

    def _settled_by(self, block: int, block_hash: str) -> Any:
        return self._ours & (table.c.block == block) & (table.c.block_hash == block_hash) & ~table.c.settled

    def _outgoing(self, condition: Any, limit: int) -> list[Outgoing]:
        found = select(*SENDING).where(self._ours, condition).order_by(table.c.nonce).limit(limit)
        with self._database.read() as connection:
            return [_outgoing_of(row) for row in connection.execute(found)]


def _outgoing_of(row: Any) -> Outgoing:
    hashes = (row.hash,) if row.cancel_hash is None else (row.hash, row.cancel_hash)
    return Outgoing(row.id, row.nonce, row.cancel_raw or row.raw, hashes)


def _events_of(connection: Connection, condition: Any) -> dict[str, list[Event]]:
    """By transaction, in the order of the chain."""
    found = (
        select(event, block.c.hash.label("block_hash"))
        .join(block, block.c.number == event.c.block)
        .where(condition)
        .order_by(event.c.block, event.c.log_index)
    )
    events: dict[str, list[Event]] = {}
    for row in connection.execute(found):
        at = Position(row.block, row.log_index)
        one = Event(at, row.block_hash, row.transaction, row.contract, row.name, row.args, row.generation)
        events.setdefault(row.transaction, []).append(one)
    return events
