"""When a call is made again, and after how long. Only calls that have one effect at most are."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TRANSIENT = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Retries:
    """At most `attempts` calls. Pauses grow from `first` to `longest` seconds, each drawn between half and whole, so
    that many clients do not come back at once. A server's Retry-After is obeyed up to `patience` seconds.
    """

    attempts: int = 5
    first: float = 0.2
    longest: float = 5.0
    patience: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def seconds(self, attempt: int, retry_after: str | None) -> float:
        """How long to wait after attempt number `attempt` (from 1)."""
        wait: float = min(self.first * 2 ** (attempt - 1), self.longest)
        wait *= random.uniform(0.5, 1.0)  # noqa: S311 (jitter, not a secret)
        return max(wait, min(seconds_of(retry_after), self.patience))


def seconds_of(retry_after: str | None) -> float:
    """Retry-After (RFC 9110, 10.2.3) as seconds from now: a number or a date; 0 when absent or unreadable."""
    if not retry_after:
        return 0.0
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)
