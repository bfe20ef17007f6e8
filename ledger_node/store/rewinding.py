"""What a rewind owes to others, in its own transaction: to consumers the events that it takes back, to the submitter
the writes that are mined no longer."""

from __future__ import annotations

import time

from sqlalchemy import Connection, func, literal, null, select, update

from ledger_node.domain.submission import SubmissionState
from ledger_node.domain.word import NOTHING
from ledger_node.store.schema.following import block, event
from ledger_node.store.schema.local import reverted_event, submission

DECIDED = (SubmissionState.MINED, SubmissionState.SAFE, SubmissionState.FINAL, SubmissionState.FAILED)
#: The columns of an event that are kept.
KEPT = ("block", "log_index", "transaction", "contract", "generation", "name", "args")
#: What else is kept of each: its block's hash, and the event that stood before it.
LINKED = ("block_hash", "before_block", "before_log_index", "before_hash")


def keep_reverted(connection: Connection, ancestor: int) -> None:
    """Appends the events above a block, the newest first."""
    newest = select(func.coalesce(func.max(reverted_event.c.number), 0)).scalar_subquery()
    lowest = select(func.coalesce(func.max(event.c.block), 0)).where(event.c.block <= ancestor).scalar_subquery()
    order = event.c.block, event.c.log_index
    linked = (
        select(
            *(event.c[name] for name in KEPT),
            block.c.hash.label("block_hash"),
            func.lag(event.c.block, 1, 0).over(order_by=order).label("before_block"),
            func.lag(event.c.log_index, 1, 0).over(order_by=order).label("before_log_index"),
            func.lag(block.c.hash, 1, NOTHING).over(order_by=order).label("before_hash"),
        )
        .join(block, block.c.number == event.c.block)
        .where(event.c.block >= lowest)
        .subquery()
    )
    place = func.row_number().over(order_by=(linked.c.block.desc(), linked.c.log_index.desc()))
    taken_back = select(
        newest + place, literal(int(time.time())), *(linked.c[name] for name in (*KEPT, *LINKED))
    ).where(linked.c.block > ancestor)
    columns = ["number", "reverted_at", *KEPT, *LINKED]
    connection.execute(reverted_event.insert().from_select(columns, taken_back))


def rearm(connection: Connection, ancestor: int) -> None:
    """Submissions that were decided above a block wait for it again: those too that were thought beyond a
    reorganisation's reach, or their nonces would never be used and hold up all that follow."""
    nothing = dict.fromkeys(("block", "block_hash", "status", "outcome"), null())
    connection.execute(
        update(submission)
        .where(
            submission.c.block > ancestor,
            submission.c.raw.is_not(None),
            submission.c.state.in_(DECIDED) | submission.c.outcome.is_not(None),
        )
        .values(state=SubmissionState.SENT, settled=False, **nothing)
    )
