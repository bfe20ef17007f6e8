"""What an operator does with webhooks."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from ledger_node.domain.command import Idempotency
from ledger_node.domain.feed import FeedPosition, Told, names_of
from ledger_node.domain.webhook import Secret, Webhook, WebhookState
from ledger_node.errors import IdempotencyKeyReused, NotFound, StateConflict
from ledger_node.ports import Clock, Poster, Webhooks
from ledger_node.proof.hashing import sha256
from ledger_node.services.feed import Feed

MOST = 100
MOST_SECRETS = 5
OVERLAP = 24 * 3600  # seconds in which a message is signed with the former secret too


class WebhookDesk:
    """`wake` is called when there may be something to send."""

    def __init__(self, feed: Feed, webhooks: Webhooks, poster: Poster, clock: Clock, wake: Callable[[], None]) -> None:
        self._feed = feed
        self._webhooks = webhooks
        self._poster = poster
        self._clock = clock
        self._wake = wake

    def make(self, url: str, types: Sequence[str], position: FeedPosition, once: Idempotency) -> Webhook:
        """A new webhook; under a key that made one already, that one. IdempotencyKeyReused when another request did,
        StateConflict when its secret was replaced, InvalidField for a target or a type that cannot be."""
        self._poster.check(url)
        names_of(types or None)
        id_, asked = f"wh_{sha256(once.key.encode()).hex()[:32]}", once.request_digest
        new = Webhook(id_, url, tuple(types), (_secret(),), position, self._clock.now(), request_digest=asked)
        made = self._webhooks.add(new, MOST)
        if made.request_digest not in (asked, None) or (made.url, made.types) != (new.url, new.types):
            raise IdempotencyKeyReused("this key made another webhook", needed="a new key for a new webhook")
        if len(made.secrets) > 1:  # a repeat may show again what its first answer did, and nothing newer
            raise StateConflict("its secret was replaced since it was made", needed="rotate it for one that is shown")
        self._wake()
        return made

    def all(self) -> list[Webhook]:
        return self._webhooks.all()

    def get(self, webhook: str) -> Webhook:
        return _required(self._webhooks.find(webhook))

    def waiting(self, webhook: Webhook) -> Told | None:
        """What is sent next. PositionUnknown when the webhook's position is of another history, PositionAhead
        while it is not read."""
        return self._feed.next_for(webhook.position, webhook.offered, names_of(webhook.types or None))[0]

    def remove(self, webhook: str) -> None:
        if not self._webhooks.remove(webhook):
            _required(None)

    def rotate(self, webhook: str) -> Webhook:
        """A new secret. For a day messages are signed with the former ones too, so that a receiver knows one of them
        whenever it takes over the new one. StateConflict when another one is made at the same time."""
        now, found = self._clock.now(), self.get(webhook)
        kept = [one for one in found.secrets if one.until is None or one.until > now]
        if len(kept) == MOST_SECRETS:
            raise StateConflict("its secret was replaced too often", needed="a day without", got=f"{len(kept)} secrets")
        former = [one if one.until is not None else replace(one, until=now + OVERLAP) for one in kept]
        changed = self._webhooks.change(webhook, found, secrets=(_secret(), *former))
        return _required(changed)

    def replay(self, webhook: str, position: FeedPosition | None) -> Webhook:
        """Goes on at once, from where it stood or from a position."""
        found = self.get(webhook)
        start = {} if position is None else {"position": position, "offered": None}
        well = {"state": WebhookState.ACTIVE, "failures": 0, "failing_since": None, "failure": None, "next_at": 0}
        changed = _required(self._webhooks.change(found.id, **well, **start))
        self._wake()
        return changed


def _secret() -> Secret:
    return Secret("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())


def _required(found: Webhook | None) -> Webhook:
    if found is None:
        raise NotFound("no webhook has this id", needed="an id of GET /v1/webhooks")
    return found
