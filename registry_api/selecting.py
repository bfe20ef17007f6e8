"""Lists of facts as their reader wants them: from either end, of a stretch of time, and of those that hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Query, Request

from ledger_node.domain.position import Position
from ledger_node.domain.search import Sought, sought
from ledger_node.errors import InvalidField, NotFound
from ledger_node.ports import Page
from registry_api.reading import AsOf, Cursor, Cut, FieldsOf, Limit, Window, chosen, kept, lane_for, position
from registry_api.schemas.base import BlockOrTime

T = TypeVar("T")
Bound = int | datetime | None

#: Facts that one page looks at for those which hold. Then it ends, and the next begins where it stopped.
MOST_LOOKED_AT = 1_000
LOOKED_AT = 201  # at a time


class Selection(Window):
    """A window on the facts of the blocks from `since` to `until`, each a block or a time, whose cards have the words
    that are `sought`."""

    since: Bound = None
    until: Bound = None
    sought: tuple[Sought, ...] = ()
    _searched: str | None = None
    _unread: int | None = None

    @cached_property
    def stretch(self) -> tuple[int, int | None]:
        """The first block and the last; None for no end."""
        since, until, times = self.since, self.until, self.node.times
        if isinstance(since, datetime):
            try:
                since = times.block(since - timedelta(seconds=1)) + 1
            except NotFound:  # before the chain began
                since = 0
        if isinstance(until, datetime):
            try:
                until = times.block(until)
            except NotFound:
                until = -1
        return since or 0, until

    def _ask_times(self) -> None:
        super()._ask_times()
        if isinstance(self.since, datetime) or isinstance(self.until, datetime):
            self.stretch  # noqa: B018

    def cut(
        self, listing: Callable[[Page], Sequence[T]], holds: Callable[[T], bool] | None = None, **where: Any
    ) -> Cut[T]:
        """A page of what the index lists and holds. One that looked at very many ends early, perhaps without any."""
        if self._searched is not None:
            page = Page(self.block, where=chosen(where))
            self._unread = self.node.index.unread_cards(self._searched, page)
        if holds is None:
            return super().cut(listing, **where)
        kept, after, looked = list[T](), self.after, 0
        while looked < MOST_LOOKED_AT:
            some = listing(self._page(LOOKED_AT, after, chosen(where)))
            for one in some:
                if holds(one):
                    kept.append(one)
                    if len(kept) > self.limit:
                        return self._cut(kept, position)
            if len(some) < LOOKED_AT:
                return Cut(kept, None)
            looked, after = looked + len(some), position(some[-1])
        assert after is not None
        return Cut(kept, self._sealed(after))

    def search(self, text: str | None, table: str) -> None:
        """From here on only what has the words is listed, and the stamp says how many cards could not be searched."""
        if text is not None:
            self.sought, self._searched = sought(text), table

    @property
    def stamp(self) -> dict[str, Any]:
        return super().stamp | ({} if self._unread is None else {"unread_cards": self._unread})

    def _page(self, limit: int, after: Position | None, where: dict[str, Any]) -> Page:
        since, until = self.stretch
        return Page(self.block, limit, after, where, self.newest, since, until, self.sought)


async def _selection(
    request: Request,
    as_of: AsOf = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    fields: FieldsOf = None,
    order: Annotated[
        Literal["oldest", "newest"] | None, Query(description="Which come first: the oldest unless told otherwise.")
    ] = None,
    since: Annotated[
        Bound,
        Query(description="Only what was recorded in this block or later, or at this time or later."),
        BlockOrTime(),
    ] = None,
    until: Annotated[
        Bound, Query(description="Only what was recorded up to this block or time, itself included."), BlockOrTime()
    ] = None,
) -> Selection:
    selection = Selection(request.app.state.node, as_of, limit, cursor, lane_for(request), fields)
    if cursor is None:
        selection.newest = order == "newest"
    elif order is not None and selection.newest != (order == "newest"):
        raise InvalidField("order and the cursor differ", needed="the query of the page before", field="query.order")
    selection.since, selection.until = since, until
    if isinstance(since, datetime) or isinstance(until, datetime):
        selection.lane = None  # the chain may be asked
    return kept(request, selection)


SelectionOf = Annotated[Selection, Depends(_selection)]
