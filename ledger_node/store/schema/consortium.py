"""Organisations, their keys, what they vote on, and the generations of contracts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, String

from ledger_node.store.schema.base import ADDRESS, index_table

organisation = index_table(
    "organisation",
    Column("number", BigInteger),
    Column("name", String(128)),
    Column("admin", ADDRESS),
    Column("capabilities", Integer),
    Column("for_profit", Boolean),
    key=("number",),
)
organisation_status = index_table(
    "organisation_status",
    Column("organisation", BigInteger, index=True),
    Column("status", Integer),
    Column("proposal", BigInteger),
)
emergency = index_table(
    "emergency",
    Column("organisation", BigInteger, index=True),
    Column("regulator", BigInteger),
    Column("reason", Integer),
    Column("suspended_at", BigInteger),
    Column("until", BigInteger),
)
#: `acceptable_from` is about a proposed key, `acted_at` about an accepted or retired one; 0 otherwise.
key = index_table(
    "key",
    Column("address", ADDRESS, index=True),
    Column("organisation", BigInteger, index=True),
    Column("role", Integer),
    Column("state", String(10)),
    Column("acceptable_from", BigInteger),
    Column("acted_at", BigInteger),
)
key_claim = index_table(
    "key_claim",
    Column("address", ADDRESS, index=True),
    Column("organisation", BigInteger),
    Column("since", BigInteger),
    Column("claimed_at", BigInteger),
    Column("reporter", ADDRESS),
)
key_confirmation = index_table(
    "key_confirmation",
    Column("address", ADDRESS, index=True),
    Column("organisation", BigInteger),
    Column("regulator", BigInteger),
    Column("since", BigInteger),
    Column("confirmed_at", BigInteger),
)
proposal = index_table(
    "proposal",
    Column("number", BigInteger),
    Column("proposer", BigInteger, index=True),
    Column("kind", Integer),
    Column("payload", String),
    Column("deadline", BigInteger),
    Column("electorate", BigInteger),
    Column("needed", BigInteger),
    Column("needed_custodians", BigInteger),
    key=("number",),
)
vote = index_table(
    "vote",
    Column("proposal", BigInteger, index=True),
    Column("voter", BigInteger),
    Column("in_favour", Boolean),
)
execution = index_table(
    "execution", Column("proposal", BigInteger), Column("executed_at", BigInteger), key=("proposal",)
)
thresholds = index_table(
    "thresholds", Column("all", Integer), Column("custodians", Integer), Column("proposal", BigInteger)
)
generation = index_table(
    "generation",
    Column("number", BigInteger),
    *(Column(name, ADDRESS) for name in ("datasets", "consents", "training", "models", "anchors")),
    key=("number",),
)
