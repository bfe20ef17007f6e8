"""How a write answers: accepted with its submission, whatever noun it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from registry_api.schemas.submission import Submission

if TYPE_CHECKING:
    from ledger_node.domain.submission import Submission as Accepting


class Accepted(Response):
    """`202` with the submission. `waiting` turns it into the final answer when the caller prefers to wait.

    `created` says that success makes a new thing (201) rather than changes one (200).
    """

    def __init__(self, submission: Accepting, *, created: bool, status: int = 202) -> None:
        super().__init__(
            Submission.of(submission).model_dump_json(by_alias=True),
            status_code=status,
            headers={"Location": f"/v1/submissions/{submission.id}"},
            media_type="application/json",
        )
        self.submission = submission
        self.created = created


def creates(submission: Accepting) -> Accepted:
    return Accepted(submission, created=True)


def changes(submission: Accepting) -> Accepted:
    return Accepted(submission, created=False)


_LOCATION = {"Location": {"description": "Where the submission is read.", "schema": {"type": "string"}}}


def answers(*, created: bool) -> dict[int | str, dict[str, Any]]:
    """The successes of a write, for the schema."""
    done = 201 if created else 200
    return {
        done: {"model": Submission, "description": "On the chain and in the index.", "headers": _LOCATION},
        202: {"model": Submission, "description": "Accepted: it has exactly one outcome.", "headers": _LOCATION},
    }
