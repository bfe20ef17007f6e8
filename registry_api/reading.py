"""What every read shares: as of which block, how far behind, which page, and who is behind a number."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Generic, Self, TypeVar, cast

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Query, Request
from pydantic import BeforeValidator, Field

from ledger_node.domain.position import BlockRef, Position
from ledger_node.errors import InvalidField, NotFound
from ledger_node.ports import Page
from registry_api.schemas.base import BlockOrTime, Organisation, digits
from registry_api.strict import MAX_SAFE

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

T = TypeVar("T")
V = TypeVar("V", bound="View")
CURSOR = "^[A-Za-z0-9_-]{4,80}$"
MAX_LOG_INDEX = 2**31 - 1  # what every engine of a store can hold
NEWEST = "-"  # ends a cursor whose list begins with the newest


class View:
    """The ledger as of one block, for the length of one request."""

    def __init__(
        self,
        node: Node,
        as_of: int | datetime | None,
        lane: CapacityLimiter | None = None,
        fields: str | None = None,
    ) -> None:
        self.node = node
        #: What the answer is to hold, of each item where it is a list; None for all of it.
        self.fields = None if fields is None else fields.split(",")
        #: For what only reads the store: the time of an earlier block may have to be asked of the chain.
        self.lane = lane if as_of is None else None
        self._as_of = as_of
        self._names: dict[int, Organisation] = {}
        self._time: BlockRef | None = None
        self._moment = ExitStack()

    def __enter__(self) -> Self:
        """From here on all comes from one moment of the index, and from one thread. NotFound when the block is not
        indexed."""
        self._ask_times()
        self._moment.enter_context(self.node.index.moment())
        try:
            self.block  # noqa: B018  # said before anything is looked for
        except BaseException:
            self._moment.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the moment: before what waits for something else than the store."""
        self._moment.close()

    def _ask_times(self) -> None:
        """The chain may be asked, which must not keep a moment waiting."""
        if isinstance(self._as_of, datetime):
            self.block  # noqa: B018

    @cached_property
    def block(self) -> int:
        return self.node.times.block(self._as_of)

    @property
    def known_block(self) -> int | None:
        """The block, if anybody has asked for it: nothing is looked up."""
        return vars(self).get("block")

    @property
    def lag(self) -> int | None:
        return self.node.status.lag()

    @property
    def stamp(self) -> dict[str, Any]:
        """The two fields that every answer carries."""
        return {"as_of_block": self.block, "index_lag": self.lag}

    @property
    def time(self) -> int:
        """The Unix time at which states are judged: the block's."""
        if self._time is None:
            self._time = self.node.times.of(self.block)
        return self._time.timestamp

    def time_at(self, block: int) -> int:
        """The Unix time of an earlier block that holds a fact."""
        return self.node.times.of(block).timestamp

    def actor(self, number: int) -> Organisation | None:
        """Who acted; None for 0, which stands for a vote."""
        return self.organisation(number) if number else None

    def organisation(self, number: int) -> Organisation:
        if number not in self._names:
            self.look_up(number)
        return self._names[number]

    def look_up(self, *numbers: int) -> None:
        """Who these are, asked once for all."""
        unknown = set(numbers) - self._names.keys()
        if unknown:
            self.meet(dict.fromkeys(unknown, "") | self.node.index.organisation_names(unknown, self.block))

    def meet(self, names: Mapping[int, str]) -> None:
        """These need not be looked up by their numbers."""
        self._names |= {number: Organisation(number=number, name=name) for number, name in names.items()}


async def in_moment(view: View, read: Callable[[], T]) -> T:
    """What `read` finds in one moment of the index, in the view's lane. It waits for nothing but the store."""

    def reading() -> T:
        with view:
            return read()

    return await to_thread.run_sync(reading, limiter=view.lane)


def lane_of(request: Request) -> CapacityLimiter | None:
    """Where the store is read (see `answering`); None where it is better read by many at once."""
    return _in_turn(request, "lane")


def accepting_lane_of(request: Request) -> CapacityLimiter | None:
    """Where writes are checked and accepted, beside those who read: on SQLite one after the other, too, so that a read
    waits for one of them rather than for all."""
    return _in_turn(request, "accepting_lane")


def _in_turn(request: Request, lane: str) -> CapacityLimiter | None:
    state = request.app.state
    return cast("CapacityLimiter", getattr(state, lane)) if state.node.index.reads_in_turn else None


AsOf = Annotated[
    int | datetime | None,
    Query(
        alias="asOf",
        description="A block number: the answer is as of the end of that block. Or a time in UTC: as of the last block "
        "made by then. The newest indexed block when left out, and for a later time.",
    ),
    BlockOrTime(),
]


#: Only these fields, with commas between them; in a list, of each item. The published schema is that of whole answers,
#: and so does not name this.
FieldsOf = Annotated[str | None, Query(include_in_schema=False)]


def lane_for(request: Request) -> CapacityLimiter | None:
    """None also for a request that does more than read."""
    return lane_of(request) if request.method == "GET" else None


def kept(request: Request, view: V) -> V:
    """The view, which the request holds too: who puts it on record asks there as of which block it was answered."""
    request.state.view = view
    return view


async def _view(request: Request, as_of: AsOf = None, fields: FieldsOf = None) -> View:
    return kept(request, View(request.app.state.node, as_of, lane_for(request), fields))


ViewOf = Annotated[View, Depends(_view)]


async def _view_aside(request: Request, as_of: AsOf = None, fields: FieldsOf = None) -> View:
    return kept(request, View(request.app.state.node, as_of, None, fields))


#: For what waits for documents, too, once it has closed the view.
ViewAsideOf = Annotated[View, Depends(_view_aside)]


@dataclass(frozen=True, slots=True)
class Cut(Generic[T]):
    """The facts of one page and the cursor of the next; None at the end."""

    found: Sequence[T]
    next: str | None


class Window(View):
    """A view with a page: at most `limit` facts after a position. A cursor carries its block, so that pages agree, and
    whether the newest come first."""

    newest = False

    def __init__(
        self,
        node: Node,
        as_of: int | datetime | None,
        limit: int,
        cursor: str | None,
        lane: CapacityLimiter | None,
        fields: str | None,
    ) -> None:
        self.limit = limit
        self.after: Position | None = None
        if cursor is not None:
            pinned, self.after, self.newest = _opened(cursor)
            if as_of not in (None, pinned):
                raise InvalidField(
                    "asOf and the cursor name different blocks", needed="the cursor alone", field="query.cursor"
                )
            as_of = pinned
        super().__init__(node, as_of, lane, fields)

    def cut(self, listing: Callable[[Page], Sequence[T]], **where: Any) -> Cut[T]:
        """A page of what the index lists. `where` fields that are None do not select."""
        return self._cut(listing(self._page(self.limit + 1, self.after, chosen(where))), position)

    def cut_whole(self, found: Sequence[T]) -> Cut[T]:
        """A page of a list that is at hand as a whole; the cursor counts."""
        first = self.after.block if self.after else 0
        return self._cut(found[first : first + self.limit + 1], lambda _, place: Position(first + place + 1, 0))

    def _page(self, limit: int, after: Position | None, where: dict[str, Any]) -> Page:
        return Page(self.block, limit, after, where)

    def _cut(self, found: Sequence[T], at: Callable[[T, int], Position]) -> Cut[T]:
        if len(found) <= self.limit:
            return Cut(found, None)
        kept = found[: self.limit]
        return Cut(kept, self._sealed(at(kept[-1], len(kept) - 1)))

    def _sealed(self, at: Position) -> str:
        text = f"{self.block}.{at.block}.{at.log_index}{NEWEST * self.newest}".encode()
        return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def chosen(where: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in where.items() if value is not None}


def position(fact: Any, _: int = 0) -> Position:
    """Where a fact stands."""
    found: Position = fact.at
    return found


Limit = Annotated[int, Query(description="At most this many, 1 to 200."), Field(ge=1, le=200), BeforeValidator(digits)]
Cursor = Annotated[
    str | None,
    Query(description="`next` of the page before, with the same query. It stands for the same block.", pattern=CURSOR),
]


async def _window(
    request: Request, as_of: AsOf = None, limit: Limit = 50, cursor: Cursor = None, fields: FieldsOf = None
) -> Window:
    return kept(request, Window(request.app.state.node, as_of, limit, cursor, lane_for(request), fields))


WindowOf = Annotated[Window, Depends(_window)]


def _opened(cursor: str) -> tuple[int, Position, bool]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        as_of, block, log_index = (_number(part) for part in text.removesuffix(NEWEST).split("."))
        if log_index > MAX_LOG_INDEX:
            raise ValueError
    except (binascii.Error, ValueError):
        raise NotFound(
            "no page is behind this cursor",
            got=f"text of {len(cursor)} characters",
            needed="`next` of the page before",
            field="query.cursor",
        ) from None
    return as_of, Position(block, log_index), text.endswith(NEWEST)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > len(str(MAX_SAFE)) or int(text) > MAX_SAFE:
        raise ValueError
    return int(text)
