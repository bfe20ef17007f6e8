"""First tables

Revision: 0001, after .
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.String(66)
ADDRESS = sa.String(42)
TEXT = sa.String()
BIG = sa.BigInteger()
INTEGER = sa.Integer()
BOOLEAN = sa.Boolean()
JSON = sa.JSON()
EVENT_KEY = ("block", "log_index")


def upgrade() -> None:
    op.create_table(
        "index_block",
        sa.Column("number", BIG, primary_key=True, autoincrement=False),
        sa.Column("hash", ID, nullable=False),
        sa.Column("timestamp", BIG, nullable=False),
    )
    op.create_table(
        "index_checkpoint",
        sa.Column("id", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("hash", ID, nullable=False),
        sa.Column("timestamp", BIG, nullable=False),
    )
    op.create_table(
        "local_api_key",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
    )
    op.create_table(
        "local_secret",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("value", sa.String(64), nullable=False),
    )
    op.create_table(
        "local_submission",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("idempotency_key", sa.String(128), nullable=False, unique=True),
        sa.Column("request_digest", ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(80), nullable=True),
        sa.Column("contract", sa.String(16), nullable=False),
        sa.Column("function", sa.String(32), nullable=False),
        sa.Column("raw", TEXT, nullable=False),
        sa.Column("hash", ID, nullable=False, unique=True),
        sa.Column("signer", ADDRESS, nullable=False),
        sa.Column("nonce", BIG, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("settled", BOOLEAN, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("block", BIG, nullable=True),
        sa.Column("block_hash", ID, nullable=True),
        sa.Column("status", INTEGER, nullable=True),
        sa.Column("outcome", JSON, nullable=True),
        sa.UniqueConstraint("signer", "nonce", name="uq_submission_signer_nonce"),
    )
    _index_table("acknowledgement", {"recall": ID, "organisation": BIG, "acknowledged_at": BIG}, indexed=("recall",))
    _index_table("anchor", {"stream": ID, "size": BIG, "root": ID, "anchored_at": BIG}, indexed=("stream",))
    _index_table(
        "answer",
        {
            "run": ID,
            "round": BIG,
            "input": BIG,
            "custodian": BIG,
            "update_digest": ID,
            "refusal": INTEGER,
            "consent_state": INTEGER,
            "answered_at": BIG,
        },
        key=("run", "round", "input"),
    )
    _index_table(
        "consent",
        {
            "id": ID,
            "grantor": BIG,
            "issued_at": BIG,
            "rounds_used": BIG,
            "epsilon_spent": BIG,
            "dataset": ID,
            "grantee": BIG,
            "version_from": BIG,
            "version_to": BIG,
            "basis": INTEGER,
            "permission": INTEGER,
            "modifiers": BIG,
            "operations": INTEGER,
            "purposes": BIG,
            "regions": BIG,
            "condition": BIG,
            "project_ref": ID,
            "deidentification": INTEGER,
            "not_before": BIG,
            "expires_at": BIG,
            "max_rounds": BIG,
            "epsilon_budget": BIG,
            "policy_digest": ID,
            "request": ID,
            "supersedes": ID,
        },
        key=("id",),
        indexed=("grantor", "dataset", "grantee", "request", "supersedes"),
    )
    _index_table(
        "consent_act",
        {"consent": ID, "act": INTEGER, "actor": BIG, "reason": INTEGER, "acted_at": BIG, "until": BIG},
        indexed=("consent",),
    )
    _index_table(
        "consent_use",
        {
            "consent": ID,
            "subject": ID,
            "version": BIG,
            "operation": INTEGER,
            "purposes": BIG,
            "rounds": BIG,
            "epsilon": BIG,
        },
        indexed=("consent", "subject"),
    )
    _index_table(
        "dataset", {"id": ID, "custodian": BIG, "number": BIG, "card_digest": ID}, key=("id",), indexed=("custodian",)
    )
    _index_table(
        "dataset_parent",
        {"dataset": ID, "number": BIG, "position": INTEGER, "parent": ID, "version": BIG, "consent": ID},
        key=("dataset", "number", "position"),
        indexed=("parent", "consent"),
    )
    _index_table(
        "dataset_version",
        {
            "dataset": ID,
            "number": BIG,
            "published_at": BIG,
            "root": ID,
            "card_digest": ID,
            "attestation_digest": ID,
            "options": INTEGER,
            "size_class": INTEGER,
            "claim": INTEGER,
            "supersession": INTEGER,
            "opt_out_checked_at": BIG,
        },
        key=("dataset", "number"),
    )
    _index_table("decline", {"request": ID, "custodian": BIG, "reason": INTEGER, "declined_at": BIG}, key=("request",))
    _index_table(
        "derivation",
        {"dataset": ID, "number": BIG, "purposes": BIG, "regions": BIG, "condition": BIG, "project_ref": ID},
        key=("dataset", "number"),
    )
    _index_table(
        "emergency",
        {"organisation": BIG, "regulator": BIG, "reason": INTEGER, "suspended_at": BIG, "until": BIG},
        indexed=("organisation",),
    )
    _index_table(
        "erasure", {"dataset": ID, "version": BIG, "receipt_digest": ID, "erased_at": BIG}, indexed=("dataset",)
    )
    _index_table(
        "event",
        {
            "transaction": ID,
            "contract": sa.String(16),
            "generation": BIG,
            "operator": ADDRESS,
            "name": sa.String(40),
            "args": JSON,
        },
        indexed=("operator",),
    )
    _index_table("execution", {"proposal": BIG, "executed_at": BIG}, key=("proposal",))
    _index_table(
        "generation",
        {
            "number": BIG,
            "datasets": ADDRESS,
            "consents": ADDRESS,
            "training": ADDRESS,
            "models": ADDRESS,
            "anchors": ADDRESS,
        },
        key=("number",),
    )
    _index_table(
        "key",
        {
            "address": ADDRESS,
            "organisation": BIG,
            "role": INTEGER,
            "state": sa.String(10),
            "acceptable_from": BIG,
            "acted_at": BIG,
        },
        indexed=("address", "organisation"),
    )
    _index_table(
        "key_claim",
        {"address": ADDRESS, "organisation": BIG, "since": BIG, "claimed_at": BIG, "reporter": ADDRESS},
        indexed=("address",),
    )
    _index_table(
        "key_confirmation",
        {"address": ADDRESS, "organisation": BIG, "regulator": BIG, "since": BIG, "confirmed_at": BIG},
        indexed=("address",),
    )
    _index_table(
        "lifecycle_step",
        {"version": ID, "lifecycle": INTEGER, "for_sale": BOOLEAN, "stepped_at": BIG},
        indexed=("version",),
    )
    _index_table("lift", {"recall": ID, "actor": BIG, "lifted_at": BIG}, key=("recall",))
    _index_table(
        "model", {"id": ID, "publisher": BIG, "number": BIG, "card_digest": ID}, key=("id",), indexed=("publisher",)
    )
    _index_table(
        "model_parent",
        {"version": ID, "position": INTEGER, "parent": ID},
        key=("version", "position"),
        indexed=("parent",),
    )
    _index_table(
        "model_version",
        {
            "id": ID,
            "model": ID,
            "publisher": BIG,
            "number": BIG,
            "published_at": BIG,
            "run": ID,
            "artifact_digest": ID,
            "card_digest": ID,
        },
        key=("id",),
        indexed=("model", "publisher", "run"),
    )
    _index_table(
        "organisation",
        {"number": BIG, "name": sa.String(128), "admin": ADDRESS, "capabilities": INTEGER, "for_profit": BOOLEAN},
        key=("number",),
    )
    _index_table(
        "organisation_status", {"organisation": BIG, "status": INTEGER, "proposal": BIG}, indexed=("organisation",)
    )
    _index_table(
        "proposal",
        {
            "number": BIG,
            "proposer": BIG,
            "kind": INTEGER,
            "payload": TEXT,
            "deadline": BIG,
            "electorate": BIG,
            "needed": BIG,
            "needed_custodians": BIG,
        },
        key=("number",),
        indexed=("proposer",),
    )
    _index_table(
        "recall",
        {
            "id": ID,
            "version": ID,
            "issuer": BIG,
            "severity": INTEGER,
            "notice_digest": ID,
            "replacement": ID,
            "issued_at": BIG,
        },
        key=("id",),
        indexed=("version", "issuer"),
    )
    _index_table(
        "request",
        {
            "id": ID,
            "requester": BIG,
            "made_at": BIG,
            "dataset": ID,
            "operations": INTEGER,
            "purposes": BIG,
            "regions": BIG,
            "condition": BIG,
            "project_ref": ID,
            "not_before": BIG,
            "expires_at": BIG,
            "max_rounds": BIG,
            "epsilon_budget": BIG,
            "card_digest": ID,
        },
        key=("id",),
        indexed=("requester", "dataset"),
    )
    _index_table("round", {"run": ID, "number": BIG, "epsilon": BIG, "opened_at": BIG}, key=("run", "number"))
    _index_table(
        "round_closing",
        {
            "run": ID,
            "round": BIG,
            "aggregate_digest": ID,
            "contributions": INTEGER,
            "refusals": INTEGER,
            "closed_at": BIG,
        },
        key=("run", "round"),
    )
    _index_table(
        "run",
        {
            "id": ID,
            "publisher": BIG,
            "opened_at": BIG,
            "model": ID,
            "purposes": BIG,
            "regions": BIG,
            "condition": BIG,
            "project_ref": ID,
            "card_digest": ID,
            "code_digest": ID,
            "container_digest": ID,
        },
        key=("id",),
        indexed=("publisher", "model"),
    )
    _index_table("run_closing", {"run": ID, "outcome": INTEGER, "result_digest": ID, "closed_at": BIG}, key=("run",))
    _index_table(
        "run_input",
        {"run": ID, "position": INTEGER, "dataset": ID, "version": BIG, "consent": ID, "operation": INTEGER},
        key=("run", "position"),
        indexed=("dataset", "consent"),
    )
    _index_table("stream", {"id": ID, "custodian": BIG, "device_class": INTEGER}, key=("id",), indexed=("custodian",))
    _index_table("thresholds", {"all": INTEGER, "custodians": INTEGER, "proposal": BIG})
    _index_table("vote", {"proposal": BIG, "voter": BIG, "in_favour": BOOLEAN}, indexed=("proposal",))


def downgrade() -> None:
    tables = sa.MetaData()
    tables.reflect(op.get_bind())
    for table in reversed(tables.sorted_tables):
        if table.name.startswith(("index_", "local_")):
            op.drop_table(table.name)


def _index_table(
    name: str, columns: Mapping[str, Any], key: tuple[str, ...] = EVENT_KEY, indexed: tuple[str, ...] = ()
) -> None:
    """A table whose rows carry the position of their event."""
    op.create_table(
        f"index_{name}",
        *(
            sa.Column(column, kind, nullable=False, autoincrement=False)
            for column, kind in {**columns, "block": BIG, "log_index": INTEGER}.items()
        ),
        sa.PrimaryKeyConstraint(*key),
    )
    if key != EVENT_KEY:
        op.create_index(f"ix_{name}_position", f"index_{name}", EVENT_KEY)
    for column in indexed:
        op.create_index(f"ix_index_{name}_{column}", f"index_{name}", [column])
