"""What no chain rebuilds, and a backup holds: the outbox, who writes, what was taken back, pins, keys, secrets."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from ledger_node.store.schema.base import ADDRESS, ID, metadata

#: `number` is the order in which writes were accepted. What has a nonce has bytes and a hash; `cancel_…` are those of a
#: transaction that an operator lets take its nonce. `settled` is beyond a reorganisation's reach.
submission = Table(
    "local_submission",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("idempotency_key", String(128), nullable=False, unique=True),
    Column("request_digest", ID, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(80)),
    Column("contract", String(16), nullable=False),
    Column("function", String(32), nullable=False),
    Column("to", ADDRESS, nullable=False),
    Column("calldata", String, nullable=False),
    Column("raw", String),
    Column("hash", ID, unique=True),
    Column("signer", ADDRESS, nullable=False),
    Column("nonce", BigInteger),
    Column("cancel_raw", String),
    Column("cancel_hash", ID, unique=True),
    Column("state", String(10), nullable=False),
    Column("settled", Boolean, nullable=False, default=False),
    Column("created_at", BigInteger, nullable=False),
    Column("block", BigInteger),
    Column("block_hash", ID),
    Column("status", Integer),
    Column("outcome", JSON(none_as_null=True)),
    UniqueConstraint("signer", "nonce", name="uq_submission_signer_nonce"),
    Index("ix_submission_state", "state", "number"),
)
#: What is open stays quick to find however much has been settled.
Index(
    "ix_submission_unsettled",
    submission.c.signer,
    submission.c.state,
    submission.c.nonce,
    sqlite_where=~submission.c.settled,
    postgresql_where=~submission.c.settled,
)
#: `made_at` is null for a key of the configured file. `used_at` is the minute.
api_key = Table(
    "local_api_key",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("label", String(64), nullable=False),
    Column("reach", String(400), nullable=False, server_default=""),
    Column("made_at", BigInteger),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("used_at", BigInteger),
)
#: Sessions at the pages (see `ports.KeptSession`), by sha-256 of their tokens: of a key, or of a person.
session = Table(
    "local_session",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("key", String(64)),
    Column("caller", String),
    Column("role", String(16)),
    Column("ends_at", BigInteger),
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
#: Who read what (see `ports.RecordedRead`), in the order in which it was kept.
recorded_read = Table(
    "local_read",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("read_at", BigInteger, nullable=False, index=True),
    Column("caller", String, nullable=False),
    Column("operation", String(64), nullable=False),
    Column("subject", String(128)),
    Column("as_of", BigInteger),
)
secret = Table(
    "local_secret",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("value", String(64), nullable=False),
)
#: The process that writes: its number rises with each takeover, and its beat while it lives. One row.
writer = Table(
    "local_writer",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("holder", String(64), nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("version", String(32), nullable=False),
)
#: While there is a row, nothing is signed or sent; `signer` is whose key it was then.
pause = Table(
    "local_pause",
    metadata,
    Column("signer", ADDRESS, primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("since", BigInteger, nullable=False),
)
#: How many transactions the chain had counted of a key when this store met it: another program's.
past = Table(
    "local_past",
    metadata,
    Column("signer", ADDRESS, primary_key=True),
    Column("counted", BigInteger, nullable=False),
)
#: Transactions with our key that are not ours.
alarm = Table(
    "local_alarm",
    metadata,
    Column("signer", ADDRESS, primary_key=True),
    Column("nonce", BigInteger, primary_key=True, autoincrement=False),
    Column("transaction", ID),
    Column("block", BigInteger, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
)
#: Events that a reorganisation took back, in the order in which it did: the last first. `before_…` is the event that
#: stood before each.
reverted_event = Table(
    "local_reverted_event",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("reverted_at", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("log_index", Integer, nullable=False),
    Column("transaction", ID, nullable=False),
    Column("contract", String(16), nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("name", String(40), nullable=False),
    Column("args", JSON, nullable=False),
    Column("block_hash", ID, nullable=False),
    Column("before_block", BigInteger, nullable=False),
    Column("before_log_index", Integer, nullable=False),
    Column("before_hash", ID, nullable=False),
    Index("ix_reverted_event_position", "block", "log_index"),
)
#: Receivers of events, each with the request that made it (null for those of earlier software); `position` and
#: `offered` are as `domain.webhook` says. Secrets sign, so they are kept as they are.
webhook = Table(
    "local_webhook",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("url", String(500), nullable=False),
    Column("types", JSON, nullable=False),
    Column("secrets", JSON, nullable=False),
    Column("position", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("offered", String(64)),
    Column("delivered", BigInteger, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("failing_since", BigInteger),
    Column("failure", String(20)),
    Column("next_at", BigInteger, nullable=False),
    Column("changes", BigInteger, nullable=False),
    Column("request_digest", ID),
)
#: Signed checkpoints, one row for each block that was signed for; `split_view` is that of all rows of a height.
checkpoint = Table(
    "local_checkpoint",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", ID, primary_key=True),
    Column("document", String, nullable=False),
    Column("split_view", Boolean, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
)
#: Documents that were accepted, with their bytes until a blob store has pinned them.
pin = Table(
    "local_pin",
    metadata,
    Column("cid", String(64), primary_key=True),
    Column("content", LargeBinary),
    Column("queued_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False, index=True),
    Column("pinned_at", BigInteger),
)
