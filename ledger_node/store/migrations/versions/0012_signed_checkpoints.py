"""Signed checkpoints

Revision: 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "local_checkpoint",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("hash", sa.String(66), primary_key=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("split_view", sa.Boolean(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("local_checkpoint")
