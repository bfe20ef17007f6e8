"""The Gauges port: what the node's own tables say of how it stands."""

from __future__ import annotations

import threading

from sqlalchemy import Connection, func, select, update

from ledger_node.domain.figures import Figures
from ledger_node.domain.submission import OPEN_STATES, SETTLED_STATES, SubmissionState
from ledger_node.ports import Clock
from ledger_node.store.database import Database
from ledger_node.store.schema.captures import capture, capture_due
from ledger_node.store.schema.following import block
from ledger_node.store.schema.local import (
    alarm,
    checkpoint,
    pause,
    pin,
    reverted_event,
    secret,
    submission,
    webhook,
    writer,
)

MOST = 10_000  # writes that are looked at in one go
TRUSTED = 5  # seconds for which a write that succeeded says that the next one would
SETTLED = frozenset(state.value for state in SETTLED_STATES)
NOT_DONE = frozenset({SubmissionState.FAILED.value, SubmissionState.REPLACED.value})
OPEN = submission.c.state.in_([state.value for state in OPEN_STATES])


class SqlGauges:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._written_at: int | None = None
        self._counting = threading.Lock()
        self._counted: int | None = None  # every write up to this number is settled and was told of
        self._told: set[int] = set()  # later ones that were

    def read(self) -> Figures:
        waiting = pin.c.pinned_at.is_(None)
        with self._database.read() as connection:
            hooks = connection.execute(select(webhook.c.state, func.count()).group_by(webhook.c.state))
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
                webhooks={row.state: row[1] for row in hooks},
                checkpoint=connection.scalar(select(func.max(checkpoint.c.number))),
                split_views=connection.scalar(
                    select(func.count(checkpoint.c.number.distinct())).where(checkpoint.c.split_view)
                )
                or 0,
                captures=connection.scalar(select(func.count()).select_from(capture)) or 0,
                captures_missing=connection.scalar(select(func.count(capture_due.c.reason))) or 0,
            )

    def settled(self) -> list[tuple[str, int]]:
        """As the port says; the first call only begins to count, so that a restart tells of nothing twice."""
        with self._counting, self._database.read() as connection:
            if self._counted is None:
                first = connection.scalar(select(func.min(submission.c.number)).where(OPEN))
                last = connection.scalar(select(func.max(submission.c.number)))
                self._counted = (last or 0) if first is None else first - 1
            return self._newly_settled(connection, self._counted)

    def _newly_settled(self, connection: Connection, counted: int) -> list[tuple[str, int]]:
        c = submission.c
        # The index keeps the times of some blocks only: that of the next one it has is near enough.
        decided = select(block.c.timestamp).where(block.c.number >= c.block).order_by(block.c.number).limit(1)
        wanted = select(c.number, c.state, c.settled, c.created_at, decided.scalar_subquery().label("decided"))
        rows = connection.execute(wanted.where(c.number > counted).order_by(c.number).limit(MOST)).all()
        found: list[tuple[str, int]] = []
        self._counted, gapless = counted, True
        for row in rows:
            done = row.settled or (row.state in SETTLED and row.decided is not None)
            if done and row.number not in self._told and row.decided is not None:
                outcome = row.state if row.state in NOT_DONE else SubmissionState.MINED.value
                found.append((outcome, max(0, row.decided - row.created_at)))
            gapless = gapless and done
            if gapless:
                self._counted = row.number
                self._told.discard(row.number)
            elif done:
                self._told.add(row.number)
        return found

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
