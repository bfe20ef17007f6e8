"""Open submissions stay quick to find

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.drop_index("ix_local_submission_state", "local_submission")
    op.create_index("ix_submission_state", "local_submission", ["state", "number"])
    op.create_index(
        "ix_submission_unsettled",
        "local_submission",
        ["signer", "state", "nonce"],
        sqlite_where=sa.text("settled = 0"),
        postgresql_where=sa.text("NOT settled"),
    )


def downgrade() -> None:
    op.drop_index("ix_submission_unsettled", "local_submission")
    op.drop_index("ix_submission_state", "local_submission")
    op.create_index("ix_local_submission_state", "local_submission", ["state"])
