"""The feed of events as server-sent events (WHATWG HTML, 9.2), for one subscriber."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.responses import Response

from ledger_node.domain.feed import FeedPosition, Told
from ledger_node.errors import MedLedgerError
from ledger_node.services.feed import Feed
from registry_api.broadcast import PAGE, Broadcast

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

MEDIA_TYPE = "text/event-stream"
HEARTBEAT = 15.0  # seconds without anything else
STALLED = 20.0  # seconds in which a reader takes nothing
AT_ONCE = 64  # steps of one chunk
LONGEST = 3600.0  # seconds: who goes on shows a key that is still good
RETRY = b"retry: 2000\n"  # milliseconds until a browser comes back


def written(feed: Feed, told: Told) -> bytes:
    """A step as it is sent: one line of JSON, and its position for `Last-Event-ID`."""
    said = json.dumps(feed.cloud_event(told), separators=(",", ":"), ensure_ascii=False)
    return f"id: {told.after}\ndata: {said}\n\n".encode()


class _Stalled(Exception):
    pass


class EventStream(Response):
    """Everything after a position, for as long as the subscriber reads; the past first, then what comes.

    `names` are those of the events that it wants. It ends with `event: dropped` and a reason when it is too slow, when
    its position is lost, after an hour, and when the node stops; a reader that takes nothing at all is cut off.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        broadcast: Broadcast,
        feed: Feed,
        lane: CapacityLimiter | None,
        after: FeedPosition,
        names: Collection[str],
        caller: str,
    ) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._broadcast = broadcast
        self._feed = feed
        self._lane = lane
        self._at = after
        self._names = names
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        await self._broadcast.join(self._feed, self._lane, self._caller)
        try:
            first = await self._past() or self._beat()  # a position that is unknown is a problem document
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with anyio.create_task_group() as group:
                group.start_soon(self._tell, send, RETRY + first, group.cancel_scope)
                while (await receive())["type"] != "http.disconnect":
                    pass
                group.cancel_scope.cancel()
        finally:
            self._broadcast.leave(self._caller)

    async def _tell(self, send: Send, first: bytes, all_of_it: anyio.CancelScope) -> None:
        # A reader that takes nothing gets no end either: the server closes the connection.
        with suppress(_Stalled):
            await self._send(send, first)
            reason = await self._follow(send)
            last = f"event: dropped\ndata: {json.dumps({'reason': reason})}\n\n".encode()
            await self._send(send, last, more=False)
        all_of_it.cancel()

    async def _follow(self, send: Send) -> str:
        """Until it has to end: why."""
        broadcast, live = self._broadcast, False
        end = anyio.current_time() + LONGEST
        while not broadcast.ended:
            if anyio.current_time() > end:
                return "it was long enough: come again"
            if self._at == broadcast.end:
                live = True
                if not await broadcast.moved(HEARTBEAT):
                    await self._send(send, self._beat())
            elif broadcast.next(self._at) is not None:
                await self._send(send, self._steps())
            elif live and broadcast.lost(self._at):
                return "too slow"
            else:
                stood = self._at
                try:
                    chunk = await self._past()
                except MedLedgerError as error:
                    return error.detail
                if chunk:
                    await self._send(send, chunk)
                elif self._at == stood:  # further than the broadcast has looked yet
                    await broadcast.moved(HEARTBEAT)
        return "the node stops"

    def _steps(self) -> bytes:
        """What the broadcast holds from here on. Moves over what is not wanted, too."""
        chunk = b""
        for _ in range(AT_ONCE):
            step = self._broadcast.next(self._at)
            if step is None or self._at == self._broadcast.end:
                break
            chunk += step.text if step.name in self._names else b""
            self._at = step.after
        return chunk or self._beat()

    async def _past(self) -> bytes:
        """The next page from the store."""
        read = partial(self._feed.read, self._at, PAGE, self._names)
        reading = await to_thread.run_sync(read, limiter=self._lane)
        self._at = reading.reached
        return b"".join(self._broadcast.written(self._feed, one) for one in reading.told)

    def _beat(self) -> bytes:
        """No event, yet a position: who wants few kinds does not begin far back when it comes again."""
        return f"id: {self._at}\n\n".encode()

    async def _send(self, send: Send, chunk: bytes, *, more: bool = True) -> None:
        with anyio.move_on_after(STALLED):
            await send({"type": "http.response.body", "body": chunk, "more_body": more})
            return
        raise _Stalled
