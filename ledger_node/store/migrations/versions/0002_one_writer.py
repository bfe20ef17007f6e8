"""One writer, pauses and alarms, events taken back, pins

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.String(66)
ADDRESS = sa.String(42)
BIG = sa.BigInteger()
INTEGER = sa.Integer()
TABLES = ("local_writer", "local_pause", "local_alarm", "local_reverted_event", "local_pin")


def upgrade() -> None:
    op.create_table(
        "local_writer",
        sa.Column("id", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("epoch", BIG, nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("beat", BIG, nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
    )
    op.create_table(
        "local_pause",
        sa.Column("signer", ADDRESS, primary_key=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("since", BIG, nullable=False),
    )
    op.create_table(
        "local_alarm",
        sa.Column("signer", ADDRESS, primary_key=True),
        sa.Column("nonce", BIG, primary_key=True, autoincrement=False),
        sa.Column("transaction", ID),
        sa.Column("block", BIG, nullable=False),
        sa.Column("raised_at", BIG, nullable=False),
    )
    op.create_table(
        "local_reverted_event",
        sa.Column("number", BIG, primary_key=True, autoincrement=False),
        sa.Column("reverted_at", BIG, nullable=False),
        sa.Column("block", BIG, nullable=False),
        sa.Column("log_index", INTEGER, nullable=False),
        sa.Column("transaction", ID, nullable=False),
        sa.Column("contract", sa.String(16), nullable=False),
        sa.Column("generation", BIG, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
    )
    op.create_table(
        "local_pin",
        sa.Column("cid", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("queued_at", BIG, nullable=False),
        sa.Column("attempts", INTEGER, nullable=False),
        sa.Column("next_at", BIG, nullable=False, index=True),
        sa.Column("pinned_at", BIG),
    )

    _queue()


def _queue() -> None:
    """Submissions wait unsigned, in the order in which they were accepted."""
    with op.batch_alter_table("local_submission") as table:
        table.add_column(sa.Column("number", BIG))
        table.add_column(sa.Column("to", ADDRESS, nullable=False, server_default=""))
        table.add_column(sa.Column("calldata", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("cancel_raw", sa.String()))
        table.add_column(sa.Column("cancel_hash", ID))
        table.alter_column("raw", existing_type=sa.String(), nullable=True)
        table.alter_column("hash", existing_type=ID, nullable=True)
        table.alter_column("nonce", existing_type=BIG, nullable=True)
    # What is there was signed when it was accepted, so nobody will ask for its calldata.
    op.execute(
        "UPDATE local_submission SET number = (SELECT count(*) FROM local_submission AS other"
        " WHERE (other.created_at, other.nonce, other.id)"
        " <= (local_submission.created_at, local_submission.nonce, local_submission.id))"
    )
    with op.batch_alter_table("local_submission") as table:
        table.alter_column("number", existing_type=BIG, nullable=False)
        table.alter_column("to", existing_type=ADDRESS, server_default=None)
        table.alter_column("calldata", existing_type=sa.String(), server_default=None)
        table.create_unique_constraint("uq_submission_number", ["number"])
        table.create_unique_constraint("uq_submission_cancel_hash", ["cancel_hash"])


def downgrade() -> None:
    # What is queued has no bytes, which the former table cannot hold: nothing queued may be left.
    with op.batch_alter_table("local_submission") as table:
        table.drop_constraint("uq_submission_number", type_="unique")
        table.drop_constraint("uq_submission_cancel_hash", type_="unique")
        for column in ("number", "to", "calldata", "cancel_raw", "cancel_hash"):
            table.drop_column(column)
        table.alter_column("raw", existing_type=sa.String(), nullable=False)
        table.alter_column("hash", existing_type=ID, nullable=False)
        table.alter_column("nonce", existing_type=BIG, nullable=False)
    for name in TABLES:
        op.drop_table(name)
