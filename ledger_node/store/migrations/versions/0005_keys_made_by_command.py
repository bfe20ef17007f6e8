"""Keys to the API that commands make: with a reach and an end, revoked, last used

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENTS = ("made_at", "expires_at", "revoked_at", "used_at")


def upgrade() -> None:
    op.add_column("local_api_key", sa.Column("reach", sa.String(400), nullable=False, server_default=""))
    for name in MOMENTS:
        op.add_column("local_api_key", sa.Column(name, sa.BigInteger()))


def downgrade() -> None:
    for name in ("reach", *MOMENTS):
        op.drop_column("local_api_key", name)
