"""Submissions: what became of the writes that this node accepted."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from registry_api.node import NodeOf
from registry_api.reading import WindowOf
from registry_api.routes.parts import router
from registry_api.schemas.problem import READ, declared
from registry_api.schemas.run import Nothing
from registry_api.schemas.submission import Submission, Submissions

routes = router("submissions")
ACT = {**READ, **declared(403, 408, 409, 413)}
Named = Annotated[str, Path(description="As a write's answer names it.", pattern="^[!-~]{1,128}$")]


@routes.get("/v1/submissions", responses=READ)
def list_submissions(node: NodeOf, window: WindowOf) -> Submissions:
    """The newest submissions first."""
    first = window.after.block if window.after else 0
    cut = window.cut_whole(node.submissions.list_recent(first + window.limit + 1))
    return Submissions(**window.stamp, items=[Submission.of(one) for one in cut.found], next=cut.next)


@routes.get("/v1/submissions/{submission}", responses=READ)
def get_submission(node: NodeOf, submission: Named) -> Submission:
    """One submission and its outcome."""
    return Submission.of(node.submissions.get(submission))


@routes.post("/v1/submissions/{submission}/cancel", responses=ACT)
def cancel_submission(node: NodeOf, submission: Named, body: Nothing | None = None) -> Submission:
    """Take a write back: a queued one for sure, a signed one when it is not mined first.

    A queued one never comes about. A signed one competes for its nonce with a transaction that does nothing; its
    outcome tells which was mined. Asked again, it changes nothing.
    """
    del body
    return Submission.of(node.dispatching.cancel(submission))


@routes.post("/v1/submissions/{submission}/resend", responses=ACT)
def resend_submission(node: NodeOf, submission: Named, body: Nothing | None = None) -> Submission:
    """Send the stored bytes of a write to the chain's pool again, as soon as nothing is paused."""
    del body
    return Submission.of(node.dispatching.resend(submission))
