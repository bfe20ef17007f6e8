"""Where the index stands, the blocks it knows, and every event as it came."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Integer, String, Table

from ledger_node.store.schema.base import ADDRESS, ID, index_table, metadata

#: Where the index stands: one row. It is moved in the same transaction as the rows it speaks of.
checkpoint = Table(
    "index_checkpoint",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", ID, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)
#: Blocks that hold events of ours: their times, and where a rewind looks for the common ancestor.
block = Table(
    "index_block",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", ID, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)
#: `operator` is the key that wrote the event, empty when the event names none; `generation` 0 for the Consortium's.
event = index_table(
    "event",
    Column("transaction", ID),
    Column("contract", String(16)),
    Column("generation", BigInteger),
    Column("operator", ADDRESS, index=True),
    Column("name", String(40)),
    Column("args", JSON),
)
