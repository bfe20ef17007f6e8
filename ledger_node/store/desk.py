"""The Desk port: what an operator decides about the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select, update

from ledger_node.domain.submission import (
    CANCELLED,
    FOREIGN_TRANSACTION,
    OPEN_STATES,
    Alarm,
    Signed,
    Submission,
    SubmissionState,
)
from ledger_node.ports import Clock
from ledger_node.store.database import Database
from ledger_node.store.outbox import submission_of
from ledger_node.store.schema.local import alarm, pause
from ledger_node.store.schema.local import submission as table


class SqlDesk:
    """`signer` is the address of the key that signs now. A pause, and what is known of alarms, outlive it."""

    def __init__(self, database: Database, clock: Clock, signer: str) -> None:
        self._database = database
        self._clock = clock
        self._signer = signer

    def pause(self, reason: str) -> None:
        with self._database.write() as connection:
            self._pause(connection, reason)

    def resume(self) -> None:
        with self._database.write() as connection:
            connection.execute(pause.delete())

    def paused(self) -> str | None:
        with self._database.read() as connection:
            return connection.scalar(select(pause.c.reason).limit(1))

    def alarm(self, nonce: int, transaction: str | None, block: int) -> bool:
        known = select(alarm).where(alarm.c.signer == self._signer, alarm.c.nonce == nonce)
        row = {"signer": self._signer, "nonce": nonce, "transaction": transaction, "block": block}
        with self._database.write(as_writer=True) as connection:
            if connection.execute(known).first() is not None:
                return False
            connection.execute(alarm.insert().values(**row, raised_at=self._clock.now()))
            self._pause(connection, FOREIGN_TRANSACTION)
        return True

    def alarm_all(self, nonces: Sequence[int], block: int) -> bool:
        ours = (alarm.c.signer == self._signer) & alarm.c.nonce.between(nonces[0], nonces[-1])
        with self._database.write(as_writer=True) as connection:
            known = set(connection.scalars(select(alarm.c.nonce).where(ours)))
            row = {"signer": self._signer, "block": block, "raised_at": self._clock.now()}
            new = [{**row, "nonce": nonce} for nonce in nonces if nonce not in known]
            if not new:
                return False
            connection.execute(alarm.insert(), new)
            self._pause(connection, FOREIGN_TRANSACTION)
        return True

    def alarms(self, limit: int) -> list[Alarm]:
        newest = select(alarm).order_by(alarm.c.raised_at.desc(), alarm.c.nonce.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(newest).all()
        return [Alarm(row.nonce, row.transaction, row.block, row.raised_at) for row in rows]

    def cancel(self, submission: str, sign: Callable[[int], Signed]) -> Submission | None:
        this = table.c.id == submission
        with self._database.write() as connection:
            row = connection.execute(select(table).where(this)).first()
            if row is None:
                return None
            if row.state == SubmissionState.QUEUED:
                values: dict[str, object] = {
                    "state": SubmissionState.REPLACED.value,
                    "settled": True,
                    "outcome": CANCELLED,
                }
            elif row.outcome == CANCELLED or (row.state in OPEN_STATES and row.cancel_raw is not None):
                return submission_of(row)  # asked for before
            elif row.state in (SubmissionState.SIGNED, SubmissionState.SENT) and row.signer == self._signer:
                signed = sign(row.nonce)
                # To be sent at once, whatever was sent before.
                state = SubmissionState.SIGNED.value
                values = {"cancel_raw": signed.raw, "cancel_hash": signed.hash, "state": state}
            else:
                return None
            connection.execute(update(table).where(this).values(values))
            return submission_of(connection.execute(select(table).where(this)).one())

    def resend(self, submission: str) -> Submission | None:
        this = (table.c.id == submission) & (table.c.signer == self._signer)
        open_ = table.c.state.in_((SubmissionState.SIGNED.value, SubmissionState.SENT.value))
        with self._database.write() as connection:
            again = update(table).where(this, open_).values(state=SubmissionState.SIGNED.value)
            if connection.execute(again).rowcount != 1:
                return None
            return submission_of(connection.execute(select(table).where(this)).one())

    def _pause(self, connection: Connection, reason: str) -> None:
        if connection.execute(select(pause)).first() is None:
            values = {"signer": self._signer, "reason": reason, "since": self._clock.now()}
            connection.execute(pause.insert().values(values))
