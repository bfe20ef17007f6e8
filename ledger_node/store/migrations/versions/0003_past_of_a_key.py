"""What a key did before the store met it

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "local_past",
        sa.Column("signer", sa.String(42), primary_key=True),
        sa.Column("counted", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("local_past")
