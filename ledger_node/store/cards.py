"""The Cards port: the words of public cards, and which of them were read."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, exists, literal, null, select, update

from ledger_node.domain.search import Sought
from ledger_node.ports import Clock, Unread
from ledger_node.store.bulk import insert_all
from ledger_node.store.database import Database
from ledger_node.store.schema import consents, datasets, models
from ledger_node.store.schema.search import card, card_word

#: Facts that name a card.
DESCRIBED = (datasets.dataset, datasets.dataset_version, models.model, models.model_version, consents.request)
LAST = chr(0x10FFFF)  # no word has it, and none that begins alike comes after it


class SqlCards:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(self, since: int) -> None:
        with self._database.read() as connection:
            named = [table for table in DESCRIBED if connection.scalar(_unnoted(table, since).limit(1)) is not None]
        if not named:
            return
        now = self._clock.now()
        with self._database.write() as connection:
            for table in named:  # one after another, since they may name the same
                new = _unnoted(table, since).add_columns(literal(0), literal(now)).distinct()
                connection.execute(card.insert().from_select(["digest", "attempts", "next_at"], new))

    def due(self, limit: int) -> list[Unread]:
        due = select(card.c.digest, card.c.attempts).where(card.c.next_at <= self._clock.now())
        first = due.order_by(card.c.next_at, card.c.digest).limit(limit)
        with self._database.read() as connection:
            return [Unread(*row) for row in connection.execute(first)]

    def keep(self, words: Mapping[str, Collection[str]], put_off: Mapping[str, int]) -> None:
        one = card.c.digest == bindparam("of")
        later = {"attempts": card.c.attempts + 1, "next_at": bindparam("until")}
        with self._database.write() as connection:
            if words:
                # A process that has lost the writing may have read some of them at the same time.
                unread = card.c.digest.in_(list(words)) & card.c.next_at.is_not(None)
                new = list(connection.scalars(select(card.c.digest).where(unread)))
                rows = [{"word": word, "digest": digest} for digest in new for word in sorted(words[digest])]
                insert_all(connection, card_word, rows)
                connection.execute(update(card).where(unread).values(next_at=null()))
            if put_off:
                times = [{"of": digest, "until": until} for digest, until in put_off.items()]
                connection.execute(update(card).where(one).values(later), times)

    def forget(self) -> None:
        with self._database.write() as connection:
            connection.execute(delete(card_word))
            connection.execute(delete(card))


def holding(column: ColumnElement[str], sought: Sought) -> ColumnElement[bool]:
    """Whether the card of a fact, by its digest, has a word."""
    word = card_word.c.word
    holds = (word >= sought.word) & (word < sought.word + LAST) if sought.begins else word == sought.word
    return column.in_(select(card_word.c.digest).where(holds))


def unread(column: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the card of a fact could not be read, or not yet."""
    return ~exists(select(card.c.digest).where(card.c.digest == column, card.c.next_at.is_(None)))


def _unnoted(table: Table, since: int) -> Select[tuple[str]]:
    digest = table.c.card_digest
    return select(digest).where(table.c.block >= since, ~exists(select(card.c.digest).where(card.c.digest == digest)))
