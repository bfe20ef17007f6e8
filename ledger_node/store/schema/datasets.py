"""Datasets, their versions, and streams."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer

from ledger_node.store.schema.base import ID, index_table, scope_columns

dataset = index_table(
    "dataset",
    Column("id", ID),
    Column("custodian", BigInteger, index=True),
    Column("number", BigInteger),
    Column("card_digest", ID),
    key=("id",),
)
dataset_version = index_table(
    "dataset_version",
    Column("dataset", ID),
    Column("number", BigInteger),
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
derivation = index_table(
    "derivation", Column("dataset", ID), Column("number", BigInteger), *scope_columns(), key=("dataset", "number")
)
#: `parent` and `version` name the dataset version that `dataset`'s version `number` was derived from.
dataset_parent = index_table(
    "dataset_parent",
    Column("dataset", ID),
    Column("number", BigInteger),
    Column("position", Integer),
    Column("parent", ID, index=True),
    Column("version", BigInteger),
    Column("consent", ID, index=True),
    key=("dataset", "number", "position"),
)
erasure = index_table(
    "erasure",
    Column("dataset", ID, index=True),
    Column("version", BigInteger),
    Column("receipt_digest", ID),
    Column("erased_at", BigInteger),
)
stream = index_table(
    "stream",
    Column("id", ID),
    Column("custodian", BigInteger, index=True),
    Column("device_class", Integer),
    key=("id",),
)
anchor = index_table(
    "anchor",
    Column("stream", ID, index=True),
    Column("size", BigInteger),
    Column("root", ID),
    Column("anchored_at", BigInteger),
)
