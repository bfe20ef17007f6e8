"""What documents alone rebuild: the words of public cards. Neither the chain's nor the node's own, so in no backup."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from ledger_node.domain.search import LONGEST_WORD
from ledger_node.store.schema.base import ID, metadata

#: In the order of their code points on every engine: a beginning is a range.
WORD = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")

#: Cards that facts name. `next_at` is when one is looked for that was not there, null when its words are known.
card = Table(
    "search_card",
    metadata,
    Column("digest", ID, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, index=True),
)
card_word = Table(
    "search_word",
    metadata,
    Column("word", WORD, primary_key=True),
    Column("digest", ID, primary_key=True),
    sqlite_with_rowid=False,  # or each row would be there twice
)
