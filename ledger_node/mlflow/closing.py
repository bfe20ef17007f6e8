"""Closing a run of the ledger with the files of a model, and what all writes of the bridge wait for."""

from __future__ import annotations

from ledger_node.client import Client
from ledger_node.client.answers import Submission
from ledger_node.domain.codes import Outcome
from ledger_node.domain.submission import DONE_STATES
from ledger_node.errors import ChainUnreachable, StateConflict


def close(node: Client, run: str, digest: str, wait: int) -> None:
    """Completed, with `digest` as its result."""
    settled(node.runs.close(run, Outcome.COMPLETED, result_digest=digest, wait=max(wait, 1)))


def settled(made: Submission) -> Submission:
    """ChainUnreachable when the chain has not taken it yet, StateConflict when the node's operator took it back."""
    if "cancelled" in (made["outcome"] or {}):
        raise StateConflict(
            "the write was cancelled at the node", got=made["state"], needed="the same again", submission=made
        )
    if made["state"] not in DONE_STATES:
        raise ChainUnreachable(
            "the chain has not taken the write yet",
            got=made["state"],
            needed="the same again: nothing is made twice",
            submission=made["id"],
        )
    return made
