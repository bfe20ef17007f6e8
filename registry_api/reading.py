"""What every read shares: as of which block, how far behind, which page, and who is behind a number."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BeforeValidator, Field

from ledger_node.domain.position import BlockRef, Position
from ledger_node.errors import InvalidField, NotFound
from ledger_node.ports import Page
from registry_api.node import NodeOf
from registry_api.schemas.base import Organisation, digits
from registry_api.strict import MAX_SAFE

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

T = TypeVar("T")
CURSOR = "^[A-Za-z0-9_-]{4,80}$"


class View:
    """The ledger as of one block, for the length of one request."""

    def __init__(self, node: Node, as_of: int | None) -> None:
        self.node = node
        self.block = node.catalogue.block(as_of)
        self._names: dict[int, Organisation] = {}
        self._time: BlockRef | None = None

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
            found = self.node.index.find_organisation(number, self.block)
            self._names[number] = Organisation(number=number, name=found.name if found else "")
        return self._names[number]


AsOf = Annotated[
    int | None,
    Query(
        alias="asOf",
        description="A block number: the answer is as of the end of that block. The newest indexed one when left out.",
        examples=[1200],
    ),
    Field(ge=0, le=MAX_SAFE),
    BeforeValidator(digits),
]


def _view(node: NodeOf, as_of: AsOf = None) -> View:
    return View(node, as_of)


ViewOf = Annotated[View, Depends(_view)]


@dataclass(frozen=True, slots=True)
class Cut(Generic[T]):
    """The facts of one page and the cursor of the next; None at the end."""

    found: Sequence[T]
    next: str | None


class Window(View):
    """A view with a page: at most `limit` facts after a position. A cursor carries its block, so that pages agree."""

    def __init__(self, node: Node, as_of: int | None, limit: int, cursor: str | None) -> None:
        self.limit = limit
        self.after: Position | None = None
        if cursor is not None:
            pinned, self.after = _opened(cursor)
            if as_of not in (None, pinned):
                raise InvalidField(
                    "asOf and the cursor name different blocks", needed="the cursor alone", field="query.cursor"
                )
            as_of = pinned
        super().__init__(node, as_of)

    def cut(self, listing: Callable[[Page], Sequence[T]], **where: Any) -> Cut[T]:
        """A page of what the index lists. `where` fields that are None do not select."""
        chosen = {name: value for name, value in where.items() if value is not None}
        found = listing(Page(self.block, self.limit + 1, self.after, chosen))
        return self._cut(found, lambda one, _: one.at)  # type: ignore[attr-defined]  # every fact stands somewhere

    def cut_whole(self, found: Sequence[T]) -> Cut[T]:
        """A page of a list that is at hand as a whole; the cursor counts."""
        first = self.after.block if self.after else 0
        return self._cut(found[first : first + self.limit + 1], lambda _, place: Position(first + place + 1, 0))

    def _cut(self, found: Sequence[T], at: Callable[[T, int], Position]) -> Cut[T]:
        if len(found) <= self.limit:
            return Cut(found, None)
        kept = found[: self.limit]
        return Cut(kept, _sealed(self.block, at(kept[-1], len(kept) - 1)))


def _window(
    node: NodeOf,
    as_of: AsOf = None,
    limit: Annotated[
        int, Query(description="At most this many, 1 to 200."), Field(ge=1, le=200), BeforeValidator(digits)
    ] = 50,
    cursor: Annotated[
        str | None, Query(description="`next` of the page before. It stands for the same block.", pattern=CURSOR)
    ] = None,
) -> Window:
    return Window(node, as_of, limit, cursor)


WindowOf = Annotated[Window, Depends(_window)]


def _sealed(as_of: int, at: Position) -> str:
    text = f"{as_of}.{at.block}.{at.log_index}".encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _opened(cursor: str) -> tuple[int, Position]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        as_of, block, log_index = (_number(part) for part in text.split("."))
    except (binascii.Error, ValueError):
        raise NotFound(
            "no page is behind this cursor",
            got=f"text of {len(cursor)} characters",
            needed="`next` of the page before",
            field="query.cursor",
        ) from None
    return as_of, Position(block, log_index)


def _number(text: str) -> int:
    if not text.isdecimal() or int(text[:20]) > MAX_SAFE:
        raise ValueError
    return int(text)
