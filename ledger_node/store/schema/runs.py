"""Runs, their rounds, and what hospitals answered."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer

from ledger_node.store.schema.base import ID, index_table, scope_columns

run = index_table(
    "run",
    Column("id", ID),
    Column("publisher", BigInteger, index=True),
    Column("opened_at", BigInteger),
    Column("model", ID, index=True),
    *scope_columns(),
    Column("card_digest", ID),
    Column("code_digest", ID),
    Column("container_digest", ID),
    key=("id",),
)
run_input = index_table(
    "run_input",
    Column("run", ID),
    Column("position", Integer),
    Column("dataset", ID, index=True),
    Column("version", BigInteger),
    Column("consent", ID, index=True),
    Column("operation", Integer),
    key=("run", "position"),
)
round_opened = index_table(
    "round",
    Column("run", ID),
    Column("number", BigInteger),
    Column("epsilon", BigInteger),
    Column("opened_at", BigInteger),
    key=("run", "number"),
)
#: A contribution has a digest and the refusal NONE; a refusal has all zeros and a reason.
answer = index_table(
    "answer",
    Column("run", ID),
    Column("round", BigInteger),
    Column("input", BigInteger),
    Column("custodian", BigInteger),
    Column("update_digest", ID),
    Column("refusal", Integer),
    Column("consent_state", Integer),
    Column("answered_at", BigInteger),
    key=("run", "round", "input"),
)
round_closed = index_table(
    "round_closing",
    Column("run", ID),
    Column("round", BigInteger),
    Column("aggregate_digest", ID),
    Column("contributions", Integer),
    Column("refusals", Integer),
    Column("closed_at", BigInteger),
    key=("run", "round"),
)
run_closed = index_table(
    "run_closing",
    Column("run", ID),
    Column("outcome", Integer),
    Column("result_digest", ID),
    Column("closed_at", BigInteger),
    key=("run",),
)
