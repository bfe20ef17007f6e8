"""One writer, pauses and alarms, events taken back, pins

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.String(66)
ADDRESS = sa.String(42)
BIG = sa.BigInteger()
INTEGER = sa.Integer()
TABLES = ("local_writer", "local_pause", "local_alarm", "local_reverted_event", "local_pin")


def upgrade() -> None:
    op.create_table(
        "local_writer",
        sa.Column("id", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("epoch", BIG, nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("beat", BIG, nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
    )
    op.create_table(
        "local_pause",
        sa.Column("signer", ADDRESS, primary_key=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("since", BIG, nullable=False),
    )
    op.create_table(
        "local_alarm",
        sa.Column("transaction", ID, primary_key=True),
        sa.Column("signer", ADDRESS, nullable=False),
        sa.Column("nonce", BIG, nullable=False),
        sa.Column("block", BIG, nullable=False),
        sa.Column("raised_at", BIG, nullable=False),
    )
    op.create_table(
        "local_reverted_event",
        sa.Column("number", BIG, primary_key=True, autoincrement=False),
        sa.Column("reverted_at", BIG, nullable=False),
        sa.Column("block", BIG, nullable=False),
        sa.Column("log_index", INTEGER, nullable=False),
        sa.Column("transaction", ID, nullable=False),
        sa.Column("contract", sa.String(16), nullable=False),
        sa.Column("generation", BIG, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
    )
    op.create_table(
        "local_pin",
        sa.Column("cid", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("queued_at", BIG, nullable=False),
        sa.Column("attempts", INTEGER, nullable=False),
        sa.Column("next_at", BIG, nullable=False, index=True),
        sa.Column("pinned_at", BIG),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
