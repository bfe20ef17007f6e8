"""How often one key may ask, or one address try to sign in: a bucket of tokens for each, in this process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from ledger_node.errors import TooManyRequests

MOST_CALLERS = 10_000  # remembered; who has not asked for longest is forgotten, with a full bucket


class Rates:
    """`per_second` requests in the long run, `burst` at once; no limit when `per_second` is 0. For one thread."""

    def __init__(self, per_second: float = 0.0, burst: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when

    def take(self, caller: str) -> None:
        """TooManyRequests, with the whole seconds until the next is answered."""
        if not self._per_second:
            return
        now = self._clock()
        left, at = self._buckets.pop(caller, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._per_second)
        self._buckets[caller] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        if left < 1:
            raise TooManyRequests(
                "this asks too often",
                needed=f"{self._per_second:g} requests a second in the long run, {self._burst} at once",
                retryAfter=ceil((1 - left) / self._per_second),
            )
