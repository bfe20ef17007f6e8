"""Captured evidence

Revision: 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "local_capture",
        sa.Column("subject", sa.String(80), primary_key=True),
        sa.Column("block", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("block_hash", sa.String(66), nullable=False),
        sa.Column("digest", sa.String(66), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("nodes", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_local_capture_block_hash", "local_capture", ["block_hash"])
    op.create_table(
        "local_captured_block",
        sa.Column("hash", sa.String(66), primary_key=True),
        sa.Column("header", sa.JSON(), nullable=False),
    )
    op.create_table(
        "local_proof_node",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("node", sa.LargeBinary(), nullable=False),
        sa.Column("captures", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "local_capture_due",
        sa.Column("subject", sa.String(80), primary_key=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(40)),
    )
    op.create_index("ix_local_capture_due_next_at", "local_capture_due", ["next_at"])
    op.create_table(
        "local_capture_mark",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    for table in ("capture_mark", "capture_due", "proof_node", "captured_block", "capture"):
        op.drop_table(f"local_{table}")
