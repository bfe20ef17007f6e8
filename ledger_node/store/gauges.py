"""The Gauges port: what the node's own tables say of how it stands."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from ledger_node.domain.figures import Figures
from ledger_node.domain.submission import OPEN_STATES
from ledger_node.ports import Clock
from ledger_node.store.database import Database
from ledger_node.store.schema.local import alarm, pause, pin, reverted_event, secret, submission, writer

TRUSTED = 5  # seconds for which a write that succeeded says that the next one would
OPEN = submission.c.state.in_([state.value for state in OPEN_STATES])


class SqlGauges:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._written_at: int | None = None

    def read(self) -> Figures:
        waiting = pin.c.pinned_at.is_(None)
        with self._database.read() as connection:
            states = connection.execute(select(submission.c.state, func.count()).group_by(submission.c.state))
            return Figures(
                submissions={row.state: row[1] for row in states},
                oldest_open=connection.scalar(select(func.min(submission.c.created_at)).where(OPEN)),
                nonce_gap=_nonce_gap(connection),
                pins_waiting=connection.scalar(select(func.count()).select_from(pin).where(waiting)) or 0,
                pins_failing=connection.scalar(select(func.count()).select_from(pin).where(waiting, pin.c.attempts > 0))
                or 0,
                oldest_pin=connection.scalar(select(func.min(pin.c.queued_at)).where(waiting)),
                alarms=connection.scalar(select(func.count()).select_from(alarm)) or 0,
                paused=connection.scalar(select(func.min(pause.c.reason))),
                taken_back=connection.scalar(select(func.count()).select_from(reverted_event)) or 0,
                epoch=connection.scalar(select(func.max(writer.c.epoch))) or 0,
            )

    def require_writable(self) -> None:
        now = self._clock.now()
        if self._written_at is not None and 0 <= now - self._written_at < TRUSTED:
            return
        # A row is written as it is: only a real write meets a full disk or a database that only reads.
        with self._database.write() as connection:
            connection.execute(update(secret).values(value=secret.c.value))
        self._written_at = now


def _nonce_gap(connection: Connection) -> int:
    """By signer, since each key counts for itself."""
    c = submission.c
    spans = select(func.max(c.nonce) - func.min(c.nonce) + 1 - func.count()).where(OPEN, c.nonce.is_not(None))
    return sum(gap for (gap,) in connection.execute(spans.group_by(c.signer)))
