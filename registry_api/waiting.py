"""`Prefer: wait=N`: an answer that is held back until the chain has decided and the index shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ledger_node.domain.submission import CANCELLED, Submission
from ledger_node.errors import ConsentRefused, ContractRefused, MedLedgerError, StateConflict
from registry_api import problems
from registry_api.schemas.submission import Submission as Shown
from registry_api.writing import Accepted

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

LONGEST = 60  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.25  # seconds between two looks


def preferred(prefer: str) -> int:
    """The seconds of `wait=N` among the preferences (RFC 7240), at most 60; 0 when there is none that can be read."""
    for preference in prefer.split(","):
        if found := re.fullmatch(r"\s*wait\s*=\s*([0-9]{1,9})\s*(?:;.*)?", preference, re.IGNORECASE):
            return min(int(found[1]), LONGEST)
    return 0


async def settle(node: Node, accepted: Accepted, seconds: int) -> Response:
    """The final answer, or the 202 when `seconds` have passed. Holds no thread while it waits."""
    pause = FIRST_PAUSE
    with anyio.move_on_after(seconds):
        while True:
            submission, indexed = await run_in_threadpool(_look, node, accepted.submission.id)
            if answer := _answer(submission, indexed, created=accepted.created):
                return answer
            await anyio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)
    return accepted


def _look(node: Node, submission: str) -> tuple[Submission, int]:
    found = node.submissions.get(submission)
    at = node.index.checkpoint()
    return found, at.number if at else -1


def _answer(submission: Submission, indexed: int, *, created: bool) -> Response | None:
    if not submission.settled:
        return None
    if submission.outcome == CANCELLED or submission.status == 0:
        return problems.respond(refusal_of(submission))
    if submission.block is None or indexed < submission.block:
        return None
    return Accepted(submission, created=created, status=201 if created else 200)


def refusal_of(submission: Submission) -> MedLedgerError:
    """Why a settled submission has no effect, with the whole submission among the facts."""
    shown = Shown.of(submission).model_dump(mode="json", by_alias=True)
    if submission.outcome == CANCELLED:
        return StateConflict(
            "the write was taken back by an operator of this node", needed="a new write", submission=shown
        )
    outcome = submission.outcome or {}
    error, reason = str(outcome.get("error", "")), str(outcome.get("reason", ""))
    place = {"position": outcome["position"]} if "position" in outcome else {}
    if error == "ConsentTokenRefused":
        return ConsentRefused(
            f"the contract refused the use: {reason}",
            got=reason,
            needed="a consent that permits the use; ask the hospital that granted it",
            reason=reason,
            submission=shown,
            **place,
        )
    return ContractRefused(
        f"the contract refused the transaction: {error or 'no reason given'}",
        got=error,
        needed="the submission's outcome names the arguments",
        submission=shown,
        **place,
    )
