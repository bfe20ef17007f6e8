"""Writes that the node accepted, and how they stand."""

from __future__ import annotations

from urllib.parse import quote

from ledger_node.client import answers
from ledger_node.client.noun import Noun
from ledger_node.errors import InvalidId


class Submissions(Noun):
    def get(self, submission: str) -> answers.Submission:
        if not submission.strip("."):
            raise InvalidId("a submission's id is empty", needed="the id that the write was answered with")
        return self._http.get(answers.Submission, f"/v1/submissions/{quote(submission, safe='')}")

    def list(self, *, limit: int = 50, cursor: str | None = None) -> answers.Page[answers.Submission]:
        """The newest first."""
        return self._http.page(answers.Submission, "/v1/submissions", {"limit": limit, "cursor": cursor})
