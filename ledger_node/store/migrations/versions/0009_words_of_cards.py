"""Words of public cards

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

WORD = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "search_card",
        sa.Column("digest", sa.String(66), primary_key=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger()),
    )
    op.create_index("ix_search_card_next_at", "search_card", ["next_at"])
    op.create_table(
        "search_word",
        sa.Column("word", WORD, primary_key=True),
        sa.Column("digest", sa.String(66), primary_key=True),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("search_word")
    op.drop_table("search_card")
