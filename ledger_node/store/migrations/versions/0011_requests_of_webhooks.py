"""The request that made each webhook

Revision: 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("local_webhook", sa.Column("request_digest", sa.String(66)))


def downgrade() -> None:
    op.drop_column("local_webhook", "request_digest")
