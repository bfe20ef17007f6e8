"""Writes that the node accepted, and how they stand."""

from __future__ import annotations

from urllib.parse import quote

from ledger_node.client import answers
from ledger_node.client.noun import Noun
from ledger_node.errors import InvalidId


class Submissions(Noun):
    def get(self, submission: str) -> answers.Submission:
        return self._http.get(answers.Submission, _path_of(submission))

    def list(self, *, limit: int = 50, cursor: str | None = None) -> answers.Page[answers.Submission]:
        """The newest first."""
        return self._http.page(answers.Submission, "/v1/submissions", {"limit": limit, "cursor": cursor})

    def cancel(self, submission: str) -> answers.Submission:
        """Takes a write back; of a signed one the outcome tells later whether that came in time."""
        return self._http.operate(answers.Submission, f"{_path_of(submission)}/cancel", 0)

    def resend(self, submission: str) -> answers.Submission:
        """Its stored bytes to the chain's pool again."""
        return self._http.operate(answers.Submission, f"{_path_of(submission)}/resend", 0)


def _path_of(submission: str) -> str:
    if not submission.strip("."):
        raise InvalidId("a submission's id is empty", needed="the id that the write was answered with")
    return f"/v1/submissions/{quote(submission, safe='')}"
