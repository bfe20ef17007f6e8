"""Reads on record

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "local_read",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("operation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(128)),
        sa.Column("as_of", sa.BigInteger()),
    )
    op.create_index("ix_local_read_read_at", "local_read", ["read_at"])


def downgrade() -> None:
    op.drop_table("local_read")
