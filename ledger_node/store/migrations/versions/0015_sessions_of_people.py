"""Sessions of people who sign in at an identity provider. Those that were open end: who signed in does so anew.

Revision: 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.drop_table("local_session")
    op.create_table(
        "local_session",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(64)),
        sa.Column("caller", sa.String()),
        sa.Column("role", sa.String(16)),
        sa.Column("ends_at", sa.BigInteger()),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("local_session")
    op.create_table(
        "local_session",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
    )
