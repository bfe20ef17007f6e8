"""What several nouns share."""

from dataclasses import dataclass
from typing import Generic, NotRequired, TypedDict, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, as of a block. `next` is the cursor of the next page; None at the end. Of a search,
    `unread_cards` is how many cards could not be searched."""

    as_of_block: int
    index_lag: int | None
    items: list[T]
    next: str | None
    unread_cards: int | None = None


class Named(TypedDict):
    """An organisation, mentioned."""

    number: int
    name: str


class AsOf(TypedDict):
    """As of which block an answer speaks, and how many blocks the index lags (None when the chain does not answer).

    Not in the members of a list: the page says it for all.
    """

    asOfBlock: NotRequired[int]
    indexLag: NotRequired[int | None]


class Listing(AsOf):
    """A page as the node sends it: `Page` with members of any kind."""

    items: list[object]
    next: str | None
    unreadCards: NotRequired[int | None]


class Scope(TypedDict):
    """What a use is for and where; `condition` is like MONDO:0007254, None for none in particular."""

    purposes: list[str]
    regions: list[str]
    condition: str | None
    projectRef: str | None
