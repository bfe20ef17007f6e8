"""Messages about requests

Revision: 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "index_message",
        sa.Column("request", sa.String(66), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sender", sa.BigInteger(), nullable=False),
        sa.Column("message_digest", sa.String(66), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
    )
    op.create_index("ix_message_position", "index_message", ["block", "log_index"])


def downgrade() -> None:
    op.drop_table("index_message")
