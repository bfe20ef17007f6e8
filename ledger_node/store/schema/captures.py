"""Captured evidence, which no chain gives again once its engine has forgotten: the node's own, and in a backup."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Integer, LargeBinary, String, Table

from ledger_node.store.schema.base import ID, metadata

#: A subject's bundle as of a block (see `ports.Capture`). `content` is deflated, `nodes` the hashes one after another.
capture = Table(
    "local_capture",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("block_hash", ID, nullable=False, index=True),
    Column("digest", ID, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("nodes", LargeBinary, nullable=False),
)
#: Blocks of captures, with the header as the chain's RPC gave it, seals included.
captured_block = Table(
    "local_captured_block",
    metadata,
    Column("hash", ID, primary_key=True),
    Column("header", JSON, nullable=False),
)
#: Trie nodes, each once; `captures` counts those that name it.
proof_node = Table(
    "local_proof_node",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("node", LargeBinary, nullable=False),
    Column("captures", BigInteger, nullable=False),
)
#: Subjects that are to be captured. `reason` is why the last attempt failed, null before the first.
capture_due = Table(
    "local_capture_due",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False, index=True),
    Column("reason", String(40)),
)
#: Up to which event (a position of the feed) subjects were noted. One row.
capture_mark = Table(
    "local_capture_mark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", String(64), nullable=False),
)
