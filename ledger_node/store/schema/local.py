"""What no chain rebuilds, and a backup holds: the outbox, the API's keys, the node's secrets."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, String, Table, UniqueConstraint

from ledger_node.store.schema.base import ADDRESS, ID, metadata

submission = Table(
    "local_submission",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("idempotency_key", String(128), nullable=False, unique=True),
    Column("request_digest", ID, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(80)),
    Column("contract", String(16), nullable=False),
    Column("function", String(32), nullable=False),
    Column("raw", String, nullable=False),
    Column("hash", ID, nullable=False, unique=True),
    Column("signer", ADDRESS, nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("settled", Boolean, nullable=False, default=False),
    Column("created_at", BigInteger, nullable=False),
    Column("block", BigInteger),
    Column("block_hash", ID),
    Column("status", Integer),
    Column("outcome", JSON(none_as_null=True)),
    UniqueConstraint("signer", "nonce", name="uq_submission_signer_nonce"),
)
api_key = Table(
    "local_api_key",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("label", String(64), nullable=False),
)
secret = Table(
    "local_secret",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("value", String(64), nullable=False),
)
