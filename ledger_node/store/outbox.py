"""The Outbox port: every accepted write is a row with its signed bytes, committed before the first send."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, func, select, update

from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.submission import OPEN_STATES, Signed, Submission, SubmissionState
from ledger_node.errors import IdempotencyKeyReused, QueueFull
from ledger_node.ports import Clock
from ledger_node.store.database import Database
from ledger_node.store.schema.local import secret
from ledger_node.store.schema.local import submission as table


class SqlOutbox:
    def __init__(self, database: Database, clock: Clock, signer: str) -> None:
        self._database = database
        self._clock = clock
        self._signer = signer

    def accept(
        self,
        command: Command,
        idempotency: Idempotency,
        to: str,  # noqa: ARG002  (the signed bytes hold it)
        sign: Callable[[int], Signed],
        floor: int,
        cap: int,
    ) -> Submission:
        with self._database.write() as connection:
            earlier = connection.execute(select(table).where(table.c.idempotency_key == idempotency.key)).first()
            if earlier is not None:
                if earlier.request_digest != idempotency.request_digest:
                    raise IdempotencyKeyReused(
                        "the idempotency key came with another request before",
                        got=f"a key of {len(idempotency.key)} characters",
                        needed="a new key for a new request",
                        submission=earlier.id,
                    )
                return _submission(earlier)
            waiting = connection.scalar(
                select(func.count()).select_from(table).where(table.c.state.in_([s.value for s in OPEN_STATES]))
            )
            if (waiting or 0) >= cap:
                raise QueueFull(
                    "too many writes wait for the chain", got=f"{waiting} waiting", needed=f"fewer than {cap}"
                )
            # Nonces are given out here and nowhere else; the chain's own count is only the floor.
            last = connection.scalar(select(func.max(table.c.nonce)).where(table.c.signer == self._signer))
            signed = sign(max(floor, -1 if last is None else last + 1))
            values = {
                "id": str(uuid.uuid4()),
                "idempotency_key": idempotency.key,
                "request_digest": idempotency.request_digest,
                "kind": command.kind,
                "subject": command.subject,
                "contract": command.contract,
                "function": command.function,
                "raw": signed.raw,
                "hash": signed.hash,
                "signer": signed.signer,
                "nonce": signed.nonce,
                "state": SubmissionState.SIGNED.value,
                "settled": False,
                "created_at": self._clock.now(),
            }
            connection.execute(table.insert().values(values))
            made = connection.execute(select(table).where(table.c.id == values["id"])).one()
        return _submission(made)

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
        return self._one(table.c.idempotency_key == key)

    def list_recent(self, limit: int) -> list[Submission]:
        # Nonces count for one signer only, and a node's key may be replaced.
        newest = select(table).order_by(table.c.created_at.desc(), table.c.nonce.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(newest)
            return [_submission(row) for row in rows]

    def open(self) -> list[Submission]:
        return self._list(table.c.state.in_([s.value for s in OPEN_STATES]))

    def unfinal(self) -> list[Submission]:
        mined = (SubmissionState.MINED.value, SubmissionState.FAILED.value, SubmissionState.REPLACED.value)
        return self._list(table.c.state.in_(mined) & ~table.c.settled)

    def mark(
        self,
        submission: str,
        expected: SubmissionState,
        state: SubmissionState,
        *,
        block: int | None = None,
        block_hash: str | None = None,
        status: int | None = None,
        outcome: dict[str, Any] | None = None,
        settled: bool = False,
    ) -> bool:
        values: dict[str, Any] = {"state": state.value, "settled": settled}
        if state not in (SubmissionState.FINAL, SubmissionState.FAILED) or block is not None:
            values |= {"block": block, "block_hash": block_hash, "status": status, "outcome": outcome}
        with self._database.write() as connection:
            moved = connection.execute(
                update(table).where(table.c.id == submission, table.c.state == expected.value).values(values)
            )
            return moved.rowcount == 1

    def _one(self, condition: Any) -> Submission | None:
        with self._database.read() as connection:
            row = connection.execute(select(table).where(condition)).first()
        return None if row is None else _submission(row)

    def _list(self, condition: Any) -> list[Submission]:
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(condition).order_by(table.c.nonce)).all()
        return [_submission(row) for row in rows]


def _submission(row: Row[Any]) -> Submission:
    return Submission(
        id=row.id,
        idempotency_key=row.idempotency_key,
        request_digest=row.request_digest,
        kind=row.kind,
        subject=row.subject,
        contract=row.contract,
        function=row.function,
        transaction=Signed(row.raw, row.hash, row.nonce, row.signer),
        state=SubmissionState(row.state),
        created_at=row.created_at,
        block=row.block,
        block_hash=row.block_hash,
        status=row.status,
        outcome=row.outcome,
    )
