"""Where events are sent: what is kept of each receiver, and how it is reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledger_node.domain.webhook import Webhook


class Webhooks(Protocol):
    def add(self, webhook: Webhook, most: int) -> Webhook:
        """The one with this id that is there already; else this one, unless there are so many (StateConflict)."""

    def all(self) -> list[Webhook]:
        """By when they were made."""

    def find(self, webhook: str) -> Webhook | None: ...

    def remove(self, webhook: str) -> bool: ...

    def change(self, webhook: str, known: Webhook | None = None, /, **values: Any) -> Webhook | None:
        """As an operator says. None when there is no such webhook, StateConflict when somebody changed it since it was
        `known`."""

    def due(self, now: int) -> list[Webhook]:
        """Active ones that may be tried."""

    def note(self, known: Webhook, **values: Any) -> bool:
        """What came of an attempt, unless an operator changed the webhook meanwhile, or it stands elsewhere: then
        False. NotTheWriter when another process writes."""


@dataclass(frozen=True, slots=True)
class Posted:
    """How a receiver answered: its HTTP status; or none, and why: `address`, `unreachable`, `timeout`,
    `certificate` (not trusted)."""

    status: int | None
    failure: str = ""


class Poster(Protocol):
    def check(self, url: str) -> None:
        """InvalidField for a target that is none, Refusal for one that is not allowed."""

    def post(self, url: str, secrets: Sequence[str], message: str, timestamp: int, body: bytes) -> Posted:
        """One signed message, in limited time. Never raises."""
