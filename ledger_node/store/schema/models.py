"""Models, their versions, and recalls."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer

from ledger_node.store.schema.base import ID, index_table

model = index_table(
    "model",
    Column("id", ID),
    Column("publisher", BigInteger, index=True),
    Column("number", BigInteger),
    Column("card_digest", ID),
    key=("id",),
)
#: `run` is all zeros for an import.
model_version = index_table(
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
model_parent = index_table(
    "model_parent",
    Column("version", ID),
    Column("position", Integer),
    Column("parent", ID, index=True),
    key=("version", "position"),
)
lifecycle_step = index_table(
    "lifecycle_step",
    Column("version", ID, index=True),
    Column("lifecycle", Integer),
    Column("for_sale", Boolean),
    Column("stepped_at", BigInteger),
)
recall = index_table(
    "recall",
    Column("id", ID),
    Column("version", ID, index=True),
    Column("issuer", BigInteger, index=True),
    Column("severity", Integer),
    Column("notice_digest", ID),
    Column("replacement", ID),
    Column("issued_at", BigInteger),
    key=("id",),
)
acknowledgement = index_table(
    "acknowledgement",
    Column("recall", ID, index=True),
    Column("organisation", BigInteger),
    Column("acknowledged_at", BigInteger),
)
lift = index_table(
    "lift", Column("recall", ID), Column("actor", BigInteger), Column("lifted_at", BigInteger), key=("recall",)
)
