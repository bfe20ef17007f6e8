"""Reading the words of public cards, so that lists of facts can be searched by them."""

from __future__ import annotations

import time

from ledger_node import shallow
from ledger_node.domain.feed import FeedPosition
from ledger_node.domain.search import words_of
from ledger_node.errors import BlobError, UnknownDocument
from ledger_node.ports import Cards, Clock, Index
from ledger_node.services.documents import Documents

AT_ONCE = 100  # cards of one transaction
STEP_SECONDS = 1.0  # after which a step ends: a document of a swarm may take long to be had, or not to be
LONGEST_PAUSE = 300  # seconds until a card that was not there is looked for again


class CardWords:
    """Every card that a fact names is read once, when its document is here, or a swarm gives it."""

    def __init__(self, index: Index, documents: Documents, cards: Cards, clock: Clock) -> None:
        self._index = index
        self._documents = documents
        self._cards = cards
        self._clock = clock
        self._noted: FeedPosition | None = None  # every card that a fact up to here names is noted

    def step(self) -> int:
        """Notes what new facts name, and reads some of what is to be read: how many cards."""
        self._note()
        words, put_off = dict[str, set[str]](), dict[str, int]()
        ends = time.monotonic() + STEP_SECONDS
        for one in self._cards.due(AT_ONCE):
            try:
                words[one.digest] = _words_in(self._documents.get(one.digest))
            except (BlobError, UnknownDocument):
                put_off[one.digest] = self._clock.now() + min(2**one.attempts, LONGEST_PAUSE)
            if time.monotonic() > ends:
                break
        if words or put_off:
            self._cards.keep(words, put_off)
        return len(words)

    def forget(self) -> None:
        """All is read anew, from the next step on."""
        self._noted = None
        self._cards.forget()

    def _note(self) -> None:
        newest = self._index.end_of(None)
        if newest == self._noted:
            return
        stands = self._noted is not None and self._index.stands(self._noted)
        self._cards.note(self._noted.at.block if self._noted is not None and stands else 0)
        self._noted = newest


def _words_in(content: bytes) -> set[str]:
    """None in what is no JSON object: a digest on the chain may stand for anything."""
    try:
        found = shallow.loads(content)
    except ValueError:
        return set()
    return words_of(found) if isinstance(found, dict) else set()
