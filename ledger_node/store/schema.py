"""Tables. Index tables only ever get new rows, each with the position of the event that made it, so that a question
as of a block and a rewind are both `block <= n`. State is derived when it is read.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, UniqueConstraint

metadata = MetaData()

ID = String(66)  # 0x-hex of 32 bytes
ADDRESS = String(42)  # 0x-hex of 20 bytes, checksummed


def _index_table(name: str, *columns: Column[Any], key: tuple[str, ...]) -> Table:
    """An index table whose rows carry their event's position. `key` names the primary key."""
    position: list[Column[Any]] = [
        Column("block", BigInteger, nullable=False),
        Column("log_index", Integer, nullable=False),
    ]
    for column in (*columns, *position):
        column.nullable = False
        column.primary_key = column.name in key
    return Table(f"index_{name}", metadata, *columns, *position, Index(f"ix_{name}_position", "block", "log_index"))


EVENT_KEY = ("block", "log_index")

event = _index_table(
    "event",
    Column("transaction", ID),
    Column("contract", String(16)),
    Column("name", String(40)),
    Column("args", JSON),
    key=EVENT_KEY,
)
organisation = _index_table(
    "organisation",
    Column("number", BigInteger, autoincrement=False),
    Column("name", String(128)),
    Column("admin", ADDRESS),
    Column("capabilities", Integer),
    Column("for_profit", Boolean),
    key=("number",),
)
organisation_status = _index_table(
    "organisation_status", Column("organisation", BigInteger, index=True), Column("status", Integer), key=EVENT_KEY
)
key = _index_table(
    "key",
    Column("address", ADDRESS, index=True),
    Column("organisation", BigInteger, index=True),
    Column("role", Integer),
    Column("state", String(10)),
    key=EVENT_KEY,
)
generation = _index_table(
    "generation",
    Column("number", BigInteger, autoincrement=False),
    *(Column(name, ADDRESS) for name in ("datasets", "consents", "training", "models", "anchors")),
    key=("number",),
)
proposal = _index_table(
    "proposal",
    Column("number", BigInteger, autoincrement=False),
    Column("proposer", BigInteger),
    Column("kind", Integer),
    Column("payload", String),
    Column("deadline", BigInteger),
    key=("number",),
)
vote = _index_table(
    "vote",
    Column("proposal", BigInteger, index=True),
    Column("voter", BigInteger),
    Column("in_favour", Boolean),
    key=EVENT_KEY,
)
execution = _index_table("execution", Column("proposal", BigInteger, autoincrement=False), key=("proposal",))
dataset = _index_table(
    "dataset",
    Column("id", ID),
    Column("custodian", BigInteger, index=True),
    Column("card_digest", ID),
    key=("id",),
)
dataset_version = _index_table(
    "dataset_version",
    Column("dataset", ID),
    Column("number", BigInteger, autoincrement=False),
    Column("published_at", BigInteger),
    Column("root", ID),
    Column("card_digest", ID),
    Column("attestation_digest", ID),
    Column("options", Integer),
    Column("size_class", Integer),
    Column("claim", Integer),
    Column("supersession", Integer),
    Column("opt_out_checked_at", BigInteger),
    key=("dataset", "number"),
)
consent = _index_table(
    "consent",
    Column("id", ID),
    Column("grantor", BigInteger, index=True),
    Column("issued_at", BigInteger),
    Column("dataset", ID, index=True),
    Column("grantee", BigInteger, index=True),
    Column("version_from", BigInteger),
    Column("version_to", BigInteger),
    Column("basis", Integer),
    Column("purposes", BigInteger),
    Column("operations", Integer),
    Column("not_before", BigInteger),
    Column("expires_at", BigInteger),
    Column("max_rounds", BigInteger),
    Column("project_ref", ID),
    Column("policy_digest", ID),
    key=("id",),
)
consent_act = _index_table(
    "consent_act",
    Column("consent", ID, index=True),
    Column("act", Integer),
    Column("actor", BigInteger),
    Column("reason", Integer),
    Column("acted_at", BigInteger),
    Column("until", BigInteger),
    key=EVENT_KEY,
)
consent_use = _index_table(
    "consent_use",
    Column("consent", ID, index=True),
    Column("subject", ID, index=True),
    Column("version", BigInteger),
    Column("operation", Integer),
    Column("purposes", BigInteger),
    Column("rounds", BigInteger),
    key=EVENT_KEY,
)
model = _index_table(
    "model", Column("id", ID), Column("publisher", BigInteger, index=True), Column("card_digest", ID), key=("id",)
)
model_version = _index_table(
    "model_version",
    Column("id", ID),
    Column("model", ID, index=True),
    Column("publisher", BigInteger, index=True),
    Column("number", BigInteger),
    Column("published_at", BigInteger),
    Column("run", ID, index=True),
    Column("artifact_digest", ID),
    Column("card_digest", ID),
    key=("id",),
)
model_parent = _index_table(
    "model_parent",
    Column("version", ID),
    Column("position", Integer, autoincrement=False),
    Column("parent", ID, index=True),
    key=("version", "position"),
)
run = _index_table(
    "run",
    Column("id", ID),
    Column("publisher", BigInteger, index=True),
    Column("opened_at", BigInteger),
    Column("model", ID, index=True),
    Column("operation", Integer),
    Column("purposes", BigInteger),
    Column("project_ref", ID),
    Column("card_digest", ID),
    key=("id",),
)
run_input = _index_table(
    "run_input",
    Column("run", ID),
    Column("position", Integer, autoincrement=False),
    Column("dataset", ID, index=True),
    Column("version", BigInteger),
    Column("consent", ID, index=True),
    key=("run", "position"),
)
round_opened = _index_table(
    "round",
    Column("run", ID),
    Column("number", BigInteger, autoincrement=False),
    Column("opened_at", BigInteger),
    key=("run", "number"),
)
contribution = _index_table(
    "contribution",
    Column("run", ID),
    Column("round", BigInteger, autoincrement=False),
    Column("input", BigInteger, autoincrement=False),
    Column("custodian", BigInteger),
    Column("update_digest", ID),
    Column("consent_state", Integer),
    Column("contributed_at", BigInteger),
    key=("run", "round", "input"),
)
round_closed = _index_table(
    "round_closing",
    Column("run", ID),
    Column("round", BigInteger, autoincrement=False),
    Column("aggregate_digest", ID),
    Column("closed_at", BigInteger),
    key=("run", "round"),
)
run_closed = _index_table(
    "run_closing",
    Column("run", ID),
    Column("outcome", Integer),
    Column("result_digest", ID),
    Column("closed_at", BigInteger),
    key=("run",),
)
stream = _index_table("stream", Column("id", ID), Column("custodian", BigInteger), key=("id",))
anchor = _index_table(
    "anchor",
    Column("stream", ID, index=True),
    Column("size", BigInteger),
    Column("root", ID),
    Column("anchored_at", BigInteger),
    key=EVENT_KEY,
)

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

#: Tables that events alone rebuild, by name without the prefix.
INDEX_TABLES: dict[str, Table] = {
    name.removeprefix("index_"): table
    for name, table in sorted(metadata.tables.items())
    if name.startswith("index_") and name not in ("index_checkpoint", "index_block")
}
