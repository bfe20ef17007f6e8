"""The feed of events: from any position on, what was taken back since and what stands now."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ledger_node.domain.command import Deployment
from ledger_node.domain.feed import KINDS, REVERTED, FeedPosition, Told, named, subject_of
from ledger_node.domain.position import Event, RevertedEvent, Stated
from ledger_node.errors import PositionAhead, PositionUnknown
from ledger_node.ports import Index


@dataclass(frozen=True, slots=True)
class Reading:
    """Steps of the feed, and where who is told of them stands: at the feed's end when there were fewer than asked."""

    told: list[Told]
    reached: FeedPosition


class Feed:
    def __init__(self, index: Index, deployment: Deployment) -> None:
        self._index = index
        self._source = f"urn:medledger:{deployment.chain_id}:{deployment.genesis}"

    def read(self, after: FeedPosition, limit: int, names: Collection[str] | None = None) -> Reading:
        """At most `limit` steps after a position. First what it holds that stands no more, the newest first, as
        reverted; then the events that follow. `names` are those of events, None for all.

        PositionUnknown when the event there neither stands nor is known to have been taken back; PositionAhead while
        its block is not read.
        """
        with self._index.moment():
            told: list[Told] = []
            while not self._index.stands(after):
                reverted = self._reverted(after)
                after = reverted.after
                if names is None or reverted.event.name in names:
                    told.append(reverted)
                if len(told) == limit:
                    return Reading(told, after)
            found = self._index.events_after(after.at, limit - len(told), names)
            told += map(_told, found)
            return Reading(told, told[-1].after if len(told) == limit else self._index.end_of(None))

    def next_for(
        self, position: FeedPosition, offered: str | None, names: Collection[str]
    ) -> tuple[Told | None, FeedPosition]:
        """The next step for a receiver that has confirmed all up to `position` and may have got what it was `offered`
        besides; None, and where the feed ends, when there is none.

        What was offered is told again as it was. An event that was offered and stands no more is told as reverted,
        since the receiver may hold it.
        """
        with self._index.moment():
            if offered is not None:
                where = FeedPosition.parse(offered.removeprefix("-"))
                if offered.startswith("-") or not self._index.stands(where):
                    reverted = self._reverted(where)
                    return reverted, reverted.after
            reading = self.read(position, 1, names)
            return (reading.told[0] if reading.told else None), reading.reached

    def end_of(self, block: int | None) -> FeedPosition:
        """The position after all events up to a block; of all, for None."""
        return self._index.end_of(block)

    def _reverted(self, where: FeedPosition) -> Told:
        times = self._index.taken_back(where)
        if not times:
            at = self._index.checkpoint()
            if at is None or where.at.block > at.number:
                raise PositionAhead(
                    "this node has not read the block of that position",
                    got=f"block {where.at.block}",
                    needed="the same again when it has caught up",
                )
            raise PositionUnknown(
                "this node does not know the event at that position",
                got="an event that neither stands here nor was taken back here",
                needed="a position that this node gave, or a block number to begin again from",
            )
        return _gone(times[-1], len(times) - 1)

    def cloud_event(self, told: Told) -> dict[str, Any]:
        """The step as a CloudEvent (1.0, JSON format), with the extension attribute `position`."""
        event = told.event
        kind = named(KINDS[event.name])
        data = {
            "reverts": kind if told.reverted else None,
            "event": event.name,
            "contract": event.contract,
            "generation": event.generation,
            "block": event.at.block,
            "logIndex": event.at.log_index,
            "blockHash": event.block_hash,
            "transaction": event.transaction,
            "args": event.args,
        }
        return {
            "specversion": "1.0",
            "id": told.id,
            "source": self._source,
            "type": named(REVERTED) if told.reverted else kind,
            "subject": subject_of(event),
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(told.time)),
            "datacontenttype": "application/json",
            "position": str(told.after),
            "data": data,
        }


def _told(stated: Stated) -> Told:
    event = stated.event
    after = FeedPosition.of(event.at, event.block_hash)
    return Told(_id(event, stated.returned), event, stated.time, after)


def _gone(found: RevertedEvent, returned: int) -> Told:
    event = Event(
        found.at, found.block_hash, found.transaction, found.contract, found.name, found.args, found.generation
    )
    after = FeedPosition.of(found.before, found.before_hash)
    return Told(f"{_id(event, returned)}.{REVERTED}", event, found.reverted_at, after, reverted=True)


def _id(event: Event, returned: int) -> str:
    """Of an event in its block; when the chain took it back and returned to that block, it is another event."""
    position = str(FeedPosition.of(event.at, event.block_hash))
    return f"{position}.{returned}" if returned else position
