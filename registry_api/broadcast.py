"""What is new in the feed of events, looked for once and passed to all who follow it.

While anybody does, one task looks at the feed. It keeps the newest steps, each under the position that it follows upon:
who stands at a position finds there what comes next, and after a reorganisation that is the revert. Who stands further
back reads the feed from the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import anyio
from anyio import CapacityLimiter, to_thread

from ledger_node.domain.feed import BEGINNING, KINDS, FeedPosition, Told
from ledger_node.errors import MedLedgerError, PositionUnknown, TooManyRequests, TooManySubscribers
from ledger_node.services.feed import Feed, Reading

log = logging.getLogger(__name__)

MOST_SUBSCRIBERS = 2_000
MOST_KEPT = 4_096  # steps; who has fallen further behind is too slow
LOOK = 0.25  # seconds between two looks
PAGE = 200  # steps of one look


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is the event's, `text` what a subscriber is sent (nothing of an event that the feed leaves out), `after`
    where it stands then."""

    name: str
    text: bytes
    after: FeedPosition


class Broadcast:
    """Belongs to one event loop. `written` makes of a step what is sent, once for all. There are at most `most`
    subscribers, of them `of_one` with one key."""

    def __init__(
        self,
        written: Callable[[Feed, Told], bytes],
        *,
        most: int = MOST_SUBSCRIBERS,
        of_one: int = MOST_SUBSCRIBERS,
        kept: int = MOST_KEPT,
        look: float = LOOK,
    ) -> None:
        self.written = written
        self._most = most
        self._of_one = of_one
        self._kept = kept
        self._look = look
        self._steps: OrderedDict[FeedPosition, Step] = OrderedDict()
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.end = BEGINNING  # of the feed, as last seen
        self.ended = False
        self._by_caller = Counter[str]()

    @property
    def subscribers(self) -> int:
        return self._by_caller.total()

    async def join(self, feed: Feed, lane: CapacityLimiter | None, caller: str) -> None:
        """TooManyRequests for a caller who has enough streams, TooManySubscribers when all have. Each who joins
        leaves."""
        if self._by_caller[caller] >= self._of_one:
            raise TooManyRequests(
                "this key follows the feed too often",
                got=f"{self._by_caller[caller]} streams",
                needed=f"at most {self._of_one} at once: end one first",
            )
        if self.ended or self.subscribers >= self._most:
            raise TooManySubscribers(
                "too many follow the feed already",
                got=f"{self.subscribers} subscribers",
                needed="the same a little later, or pages of GET /v1/events",
            )
        self._by_caller[caller] += 1
        if self._task is None:
            self._steps.clear()
            self._moved = asyncio.Event()
            self._task = asyncio.create_task(self._follow(feed, lane))

    def leave(self, caller: str) -> None:
        self._by_caller[caller] -= 1
        self._by_caller += Counter()  # forgets who has none
        if not self._by_caller and self._task is not None:
            self._task.cancel()
            self._task = None

    def close(self) -> None:
        """The server ends: everybody is let go."""
        self.ended = True
        self._wake()

    def next(self, after: FeedPosition) -> Step | None:
        return self._steps.get(after)

    def lost(self, at: FeedPosition) -> bool:
        """Whether who stands here has fallen behind all that is kept."""
        return at != self.end and at not in self._steps and len(self._steps) >= self._kept

    async def moved(self, seconds: float) -> bool:
        """Waits until the feed goes on, at most so long; False when it did not."""
        moved = self._moved
        with anyio.move_on_after(seconds):
            await moved.wait()
        return moved.is_set()

    async def _follow(self, feed: Feed, lane: CapacityLimiter | None) -> None:
        known = False
        while True:
            try:
                if known:
                    reading = await to_thread.run_sync(feed.read, self.end, PAGE, limiter=lane)
                else:
                    reading = Reading([], await to_thread.run_sync(feed.end_of, None, limiter=lane))
            except PositionUnknown:  # the store was replaced: who stands there is told so when it reads
                known = False
                self._steps.clear()
                continue
            except MedLedgerError as error:
                log.warning("the feed cannot be read now", extra={"code": error.code})
            except Exception:
                log.exception("the feed is not read and is tried again")
            else:
                known = True
                self._advance(feed, reading)
                if len(reading.told) == PAGE:
                    continue
            await asyncio.sleep(self._look)

    def _advance(self, feed: Feed, reading: Reading) -> None:
        at = self.end
        for told in reading.told:
            self._steps.pop(at, None)  # what was put there may have been taken back
            text = self.written(feed, told) if told.event.name in KINDS else b""
            self._steps[at] = Step(told.event.name, text, told.after)
            at = told.after
        while len(self._steps) > self._kept:
            self._steps.popitem(last=False)
        if reading.reached != self.end:
            self.end = reading.reached
            self._wake()

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
