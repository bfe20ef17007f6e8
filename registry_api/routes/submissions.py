"""Submissions: what became of the writes that this node accepted."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from registry_api.node import NodeOf
from registry_api.reading import WindowOf
from registry_api.routes.parts import router
from registry_api.schemas.problem import READ
from registry_api.schemas.submission import Submission, Submissions

routes = router("submissions")


@routes.get("/v1/submissions", responses=READ)
def list_submissions(node: NodeOf, window: WindowOf) -> Submissions:
    """The newest submissions first."""
    first = window.after.block if window.after else 0
    cut = window.cut_whole(node.submissions.list_recent(first + window.limit + 1))
    return Submissions(**window.stamp, items=[Submission.of(one) for one in cut.found], next=cut.next)


@routes.get("/v1/submissions/{submission}", responses=READ)
def get_submission(
    node: NodeOf,
    submission: Annotated[str, Path(description="As a write's answer names it.", pattern="^[!-~]{1,128}$")],
) -> Submission:
    """One submission and its outcome."""
    return Submission.of(node.submissions.get(submission))
