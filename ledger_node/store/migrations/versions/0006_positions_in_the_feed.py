"""What was taken back is found by its block, and says what stood before it

Revision: 0006, after 0005.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

#: Of events that were taken back before this revision nothing is known: nobody can have been told of them.
NOTHING = "0x" + "00" * 32
COLUMNS: dict[str, tuple[sa.types.TypeEngine[Any], str]] = {
    "block_hash": (sa.String(66), NOTHING),
    "before_block": (sa.BigInteger(), "0"),
    "before_log_index": (sa.Integer(), "0"),
    "before_hash": (sa.String(66), NOTHING),
}


def upgrade() -> None:
    for name, (kind, unknown) in COLUMNS.items():
        op.add_column("local_reverted_event", sa.Column(name, kind, nullable=False, server_default=unknown))
    op.create_index("ix_reverted_event_position", "local_reverted_event", ["block", "log_index"])


def downgrade() -> None:
    op.drop_index("ix_reverted_event_position", "local_reverted_event")
    for name in COLUMNS:
        op.drop_column("local_reverted_event", name)
