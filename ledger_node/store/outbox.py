"""The Outbox port: every accepted write is a row, committed before anything is signed or sent."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from ledger_node.domain.submission import OPEN_STATES, Entry, Signed, Submission, SubmissionState
from ledger_node.errors import QueueFull
from ledger_node.ports import Clock
from ledger_node.store.bulk import insert_all
from ledger_node.store.database import Database
from ledger_node.store.question import Among, Question
from ledger_node.store.schema.local import secret
from ledger_node.store.schema.local import submission as table

OPEN = table.c.state.in_([state.value for state in OPEN_STATES])
#: The largest number, and the smallest in each open state: one look into an index for each.
_ENDS = Question(
    select(
        select(func.max(table.c.number)).scalar_subquery().label("newest"),
        *(select(func.min(table.c.number)).where(table.c.state == one.value).label(one.value) for one in OPEN_STATES),
    )
)
_KNOWN = Question(select(table.c.idempotency_key).where(Among(table.c.idempotency_key)))


class SqlOutbox:
    """`signer` is the address of the key that is to sign."""

    def __init__(self, database: Database, clock: Clock, signer: str) -> None:
        self._database = database
        self._clock = clock
        self._signer = signer

    def accept(self, entries: Sequence[Entry], cap: int) -> list[Submission]:
        """IdempotencyKeyReused when a key came before with another request."""
        return self._database.accepting.do(lambda connection: self._accept(connection, entries, cap))

    def _accept(self, connection: Connection, entries: Sequence[Entry], cap: int) -> list[Submission]:
        known = _earlier(connection, [entry.idempotency.key for entry in entries])
        for entry in entries:
            if (earlier := known.get(entry.idempotency.key)) is not None:
                earlier.require_request(entry.idempotency.request_digest)
        new = [entry for entry in entries if entry.idempotency.key not in known]
        if new:
            ((newest, *oldest),) = _ENDS.ask(connection)
            first = (newest or 0) + 1
            _require_room(connection, first - min((one for one in oldest if one), default=first), len(new), cap)
            rows = [self._row(number, entry) for number, entry in enumerate(new, first)]
            insert_all(connection, table, rows)
            known |= {row["idempotency_key"]: _fresh(row) for row in rows}
        return [known[entry.idempotency.key] for entry in entries]

    def salt_secret(self) -> bytes:
        """32 bytes, made once and kept with the submissions, so that a backup holds both."""
        with self._database.write() as connection:
            known = connection.scalar(select(secret.c.value).where(secret.c.name == "salt"))
            if known is None:
                known = secrets.token_hex(32)
                connection.execute(secret.insert().values(name="salt", value=known))
        return bytes.fromhex(known)

    def find(self, submission: str) -> Submission | None:
        return self._one(table.c.id == submission)

    def find_by_key(self, key: str) -> Submission | None:
        with self._database.read() as connection:
            # Hardly ever one of these; SQLAlchemy's way to it takes longer than the rest of what a write reads.
            return _earlier(connection, [key]).get(key)

    def list_recent(self, limit: int) -> list[Submission]:
        newest = select(table).order_by(table.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            return [submission_of(row) for row in connection.execute(newest)]

    def _row(self, number: int, entry: Entry) -> dict[str, Any]:
        command, idempotency = entry.command, entry.idempotency
        return {
            "id": str(uuid.uuid4()),
            "number": number,
            "idempotency_key": idempotency.key,
            "request_digest": idempotency.request_digest,
            "kind": command.kind,
            "subject": command.subject,
            "contract": command.contract,
            "function": command.function,
            "to": entry.to,
            "calldata": entry.calldata,
            "signer": self._signer,
            "state": SubmissionState.QUEUED.value,
            "settled": False,
            "created_at": self._clock.now(),
        }

    def _one(self, condition: Any) -> Submission | None:
        with self._database.read() as connection:
            row = connection.execute(select(table).where(condition)).first()
        return None if row is None else submission_of(row)


def _require_room(connection: Connection, most: int, new: int, cap: int) -> None:
    """QueueFull when more than `cap` would wait; `most` is how many have come since the oldest that does."""
    if most + new <= cap:
        return  # to count them takes its time
    waiting = connection.scalar(select(func.count()).select_from(table).where(OPEN)) or 0
    if waiting + new > cap:
        raise QueueFull("too many writes wait for the chain", got=f"{waiting} waiting", needed=f"fewer than {cap}")


def _earlier(connection: Connection, keys: Sequence[str]) -> dict[str, Submission]:
    """What the keys were given before."""
    known = [row.idempotency_key for row in _KNOWN.ask(connection, keys=keys)]
    if not known:
        return {}
    rows = connection.execute(select(table).where(table.c.idempotency_key.in_(known)))
    return {row.idempotency_key: submission_of(row) for row in rows}


def _fresh(row: dict[str, Any]) -> Submission:
    """What was just inserted, without asking for it again."""
    same = (
        "id",
        "idempotency_key",
        "request_digest",
        "kind",
        "subject",
        "contract",
        "function",
        "signer",
        "created_at",
    )
    return Submission(**{name: row[name] for name in same}, transaction=None, state=SubmissionState.QUEUED)


def submission_of(row: Row[Any]) -> Submission:
    signed = None if row.raw is None else Signed(row.raw, row.hash, row.nonce, row.signer)
    return Submission(
        id=row.id,
        idempotency_key=row.idempotency_key,
        request_digest=row.request_digest,
        kind=row.kind,
        subject=row.subject,
        contract=row.contract,
        function=row.function,
        signer=row.signer,
        transaction=signed,
        state=SubmissionState(row.state),
        created_at=row.created_at,
        block=row.block,
        block_hash=row.block_hash,
        status=row.status,
        outcome=row.outcome,
    )
