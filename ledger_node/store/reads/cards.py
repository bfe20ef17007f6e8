"""What public cards say, and which of them are not known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import func, select

from ledger_node.domain.search import Sought
from ledger_node.ports import Page
from ledger_node.store.cards import holding, unread
from ledger_node.store.reads.base import Reads, batches, known
from ledger_node.store.schema import INDEX_TABLES
from ledger_node.store.schema.search import card


class CardReads(Reads):
    def unread_cards(self, table: str, page: Page) -> int:
        facts = INDEX_TABLES[table]
        count = select(func.count(facts.c.card_digest.distinct())).where(unread(facts.c.card_digest))
        with self._database.read() as c:
            return c.scalar(known(count, facts, replace(page, sought=()))) or 0

    def with_words(self, cards: Collection[str], sought: Sequence[Sought]) -> set[str]:
        found = set[str]()
        query = select(card.c.digest).where(*(holding(card.c.digest, one) for one in sought))
        with self._database.read() as c:
            for some in batches(cards):
                found.update(c.scalars(query.where(card.c.digest.in_(some))))
        return found
