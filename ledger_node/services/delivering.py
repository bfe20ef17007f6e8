"""Sending events to the webhooks: in order to each, at least once, by the process that writes."""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from concurrent.futures import Executor
from typing import Any

from ledger_node.domain.feed import FeedPosition, Told, names_of
from ledger_node.domain.webhook import Webhook, WebhookState
from ledger_node.errors import MedLedgerError, NotTheWriter, PositionUnknown
from ledger_node.ports import Clock, Meter, Posted, Poster, Webhooks
from ledger_node.services.feed import Feed

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 5, 3600  # seconds between two attempts; each is twice the one before, less some jitter
PATIENCE = 24 * 3600  # seconds without a success until nothing more is tried
AT_ONCE = 100  # events of one webhook before another one's turn
LOST = "position lost"


class Delivering:
    """`pool` runs the deliveries, one at a time for each webhook: one that hangs keeps no other waiting."""

    def __init__(
        self, feed: Feed, webhooks: Webhooks, poster: Poster, clock: Clock, meter: Meter, pool: Executor
    ) -> None:
        self._feed = feed
        self._webhooks = webhooks
        self._poster = poster
        self._clock = clock
        self._meter = meter
        self._pool = pool
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def step(self) -> int:
        """Sees to every webhook that is due and not seen to already. 0: whoever has something new to send wakes it."""
        due = [] if self._stopped.is_set() else self._webhooks.due(self._clock.now())
        for webhook in due:
            with self._lock:
                idle = webhook.id not in self._busy
                self._busy.add(webhook.id)
            if idle:
                self._pool.submit(self._see_to, webhook.id)
        return 0

    def stop(self) -> None:
        """After what is on its way."""
        self._stopped.set()
        self._pool.shutdown(cancel_futures=True)

    def _see_to(self, webhook: str) -> None:
        try:
            for _ in range(AT_ONCE):
                # Read again each time: since it was due, another delivery or an operator may have changed it.
                found = self._webhooks.find(webhook)
                if found is None or not found.due(self._clock.now()) or self._stopped.is_set():
                    return
                if not self._deliver(found):
                    return
        except NotTheWriter:
            return  # another process goes on, with the same event
        except MedLedgerError as error:
            log.warning("a webhook waits", extra={"code": error.code})
        except Exception:
            log.exception("a webhook failed and is tried again")
        finally:
            with self._lock:
                self._busy.discard(webhook)

    def _deliver(self, webhook: Webhook) -> bool:
        """One event. Whether there may be another."""
        try:
            told, reached = self._feed.next_for(webhook.position, webhook.offered, names_of(webhook.types or None))
        except PositionUnknown:
            self._webhooks.note(webhook, state=WebhookState.DEAD, failure=LOST)
            return False
        if told is None:
            # Where there is much that it does not want, it need not be read again.
            if reached.at.block > webhook.position.at.block + AT_ONCE:
                self._webhooks.note(webhook, position=reached)
            return False
        # Kept before it is sent: whatever happens then, the receiver may hold it.
        if not self._webhooks.note(webhook, offered=_offered(told)):
            return False
        posted, now = self._post(webhook, told)
        if posted.status is not None and 200 <= posted.status < 300:
            return self._confirmed(webhook, told.after)
        self._webhooks.note(webhook, **_put_off(webhook, posted, now))
        return False

    def _post(self, webhook: Webhook, told: Told) -> tuple[Posted, int]:
        body = json.dumps(self._feed.cloud_event(told), separators=(",", ":"), ensure_ascii=False).encode()
        sent, began = self._clock.now(), time.perf_counter()
        posted = self._poster.post(webhook.url, webhook.secrets_at(sent), told.id, sent, body)
        self._meter.delivered(_outcome(posted), time.perf_counter() - began)
        return posted, self._clock.now()

    def _confirmed(self, webhook: Webhook, after: FeedPosition) -> bool:
        delivered = webhook.delivered + 1
        well = {"offered": None, "failures": 0, "failing_since": None, "failure": None, "next_at": 0}
        return self._webhooks.note(webhook, position=after, delivered=delivered, **well)


def _offered(told: Told) -> str:
    where = str(FeedPosition.of(told.event.at, told.event.block_hash))
    return f"-{where}" if told.reverted else where


def _put_off(webhook: Webhook, posted: Posted, now: int) -> dict[str, Any]:
    since = now if webhook.failing_since is None else webhook.failing_since
    pause = min(FIRST_PAUSE * 2 ** min(webhook.failures, 20), LONGEST_PAUSE)
    failure = posted.failure if posted.status is None else f"status {posted.status}"
    state = WebhookState.ACTIVE
    if posted.status == 410:
        state = WebhookState.GONE
    elif now - since >= PATIENCE:
        state = WebhookState.DEAD
    return {
        "state": state,
        "failures": webhook.failures + 1,
        "failing_since": since,
        "failure": failure,
        "next_at": now + round(pause * random.uniform(0.5, 1.0)),  # noqa: S311  (jitter, not a secret)
    }


def _outcome(posted: Posted) -> str:
    """A word of few, for a metric."""
    if posted.status is None:
        return posted.failure
    return "delivered" if 200 <= posted.status < 300 else "refused"
