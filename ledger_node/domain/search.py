"""Words of public cards, and what a search asks for. No engine's own search: the rules are the same on every store."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_WORD = 40  # letters; what is longer, a digest for one, is no word
MOST_WORDS = 5_000  # of one card, the first in it
#: A search: up to 8 words, each perhaps with a * at its end.
SEARCH = r"^[^*\x00-\x20]{1,40}\*?( [^*\x00-\x20]{1,40}\*?){0,7}$"
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Sought:
    """A word that a card has to hold, or with `begins` the beginning of one."""

    word: str
    begins: bool = False


def words_of(card: Mapping[str, Any]) -> set[str]:
    """The words of every text in a card, at any depth. What stands under `format`, or under a name that begins with @,
    is for machines."""
    found: set[str] = set()
    for text in _texts(card):
        for word in words_in(text):
            if len(found) == MOST_WORDS:
                return found
            found.add(word)
    return found


def words_in(text: str) -> Iterator[str]:
    """Runs of letters and digits, without case and accents."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return (word for word in _WORD.findall(plain) if len(word) <= LONGEST_WORD)


def sought(text: str) -> tuple[Sought, ...]:
    """What a search asks for: all its words; one that ends with * by its beginning. A part without letters is in no
    card."""
    found: list[Sought] = []
    for part in text.split():
        *whole, last = [*words_in(part)] or [""]
        found += [*map(Sought, whole), Sought(last, begins=part.endswith("*") and last != "")]
    return tuple(dict.fromkeys(found))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _texts(one)
        case dict():
            for name, one in value.items():
                if name != "format" and not name.startswith("@"):
                    yield from _texts(one)
