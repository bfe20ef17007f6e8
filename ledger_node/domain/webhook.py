"""A webhook: where this node sends events, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger_node.domain.feed import FeedPosition


class WebhookState(StrEnum):
    ACTIVE = "active"
    DEAD = "dead"  # failed for a day; waits for an operator
    GONE = "gone"  # the receiver said that it is there no more (410)


@dataclass(frozen=True, slots=True)
class Secret:
    """`until` is Unix seconds; None for the one that is not replaced."""

    value: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """`types` select events, none of them all. `position` is behind what the receiver has confirmed. `offered` names
    the event that it may have got and has not confirmed: its position, with a minus where it is told that it was taken
    back.

    `failures` counts attempts in vain since `failing_since` (Unix seconds), of which the last says why in `failure`.
    `changes` counts what operators changed. `request_digest` is that of the request that made it, None when that is not
    known.
    """

    id: str
    url: str
    types: tuple[str, ...]
    secrets: tuple[Secret, ...]
    position: FeedPosition
    created_at: int
    state: WebhookState = WebhookState.ACTIVE
    offered: str | None = None
    delivered: int = 0
    failures: int = 0
    failing_since: int | None = None
    failure: str | None = None
    next_at: int = 0
    changes: int = 0
    request_digest: str | None = None

    def due(self, now: int) -> bool:
        """Whether it may be tried."""
        return self.state is WebhookState.ACTIVE and self.next_at <= now

    def secrets_at(self, now: int) -> tuple[str, ...]:
        """Those that a message is signed with, the newest first."""
        return tuple(one.value for one in self.secrets if one.until is None or one.until > now)
