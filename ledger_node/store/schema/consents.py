"""Consents with their log and their uses; requests for one, with what is said about them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer

from ledger_node.store.schema.base import ID, index_table, scope_columns

#: `rounds_used` and `epsilon_spent` are what was carried on from a superseded consent; uses come on top.
consent = index_table(
    "consent",
    Column("id", ID),
    Column("grantor", BigInteger, index=True),
    Column("issued_at", BigInteger),
    Column("rounds_used", BigInteger),
    Column("epsilon_spent", BigInteger),
    Column("dataset", ID, index=True),
    Column("grantee", BigInteger, index=True),
    Column("version_from", BigInteger),
    Column("version_to", BigInteger),
    Column("basis", Integer),
    Column("permission", Integer),
    Column("modifiers", BigInteger),
    Column("operations", Integer),
    *scope_columns(),
    Column("deidentification", Integer),
    Column("not_before", BigInteger),
    Column("expires_at", BigInteger),
    Column("max_rounds", BigInteger),
    Column("epsilon_budget", BigInteger),
    Column("policy_digest", ID),
    Column("request", ID, index=True),
    Column("supersedes", ID, index=True),
    key=("id",),
)
consent_act = index_table(
    "consent_act",
    Column("consent", ID, index=True),
    Column("act", Integer),
    Column("actor", BigInteger),
    Column("reason", Integer),
    Column("acted_at", BigInteger),
    Column("until", BigInteger),
)
consent_use = index_table(
    "consent_use",
    Column("consent", ID, index=True),
    Column("subject", ID, index=True),
    Column("version", BigInteger),
    Column("operation", Integer),
    Column("purposes", BigInteger),
    Column("rounds", BigInteger),
    Column("epsilon", BigInteger),
)
request = index_table(
    "request",
    Column("id", ID),
    Column("requester", BigInteger, index=True),
    Column("made_at", BigInteger),
    Column("dataset", ID, index=True),
    Column("operations", Integer),
    *scope_columns(),
    Column("not_before", BigInteger),
    Column("expires_at", BigInteger),
    Column("max_rounds", BigInteger),
    Column("epsilon_budget", BigInteger),
    Column("card_digest", ID),
    key=("id",),
)
message = index_table(
    "message",
    Column("request", ID),
    Column("number", Integer),
    Column("sender", BigInteger),
    Column("message_digest", ID),
    Column("sent_at", BigInteger),
    key=("request", "number"),
)
decline = index_table(
    "decline",
    Column("request", ID),
    Column("custodian", BigInteger),
    Column("reason", Integer),
    Column("declined_at", BigInteger),
    key=("request",),
)
