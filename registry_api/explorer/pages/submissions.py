"""What became of the writes that this node accepted, for who has signed in."""

from __future__ import annotations

from fastapi import Request, Response

from registry_api.explorer import forms, visitor, writes
from registry_api.explorer.acting import Answer
from registry_api.explorer.page import render, router
from registry_api.explorer.sending import send
from registry_api.node import NodeOf
from registry_api.reading import WindowOf
from registry_api.routes.submissions import Named

routes = router()
ACTS = tuple(writes.Act)


@routes.get("/submissions")
def show_submissions(request: Request, node: NodeOf, window: WindowOf) -> Response:
    visitor.require(request, "submissions", "list_submissions")
    first = window.after.block if window.after else 0
    cut = window.cut_whole(node.submissions.list_recent(first + window.limit + 1))
    found = sorted((writes.Write(one) for one in cut.found), key=lambda one: one.ended)
    return render(
        request, "submissions.html", found=found, under_way=any(not one.ended for one in found), more=cut.next
    )


@routes.get("/submissions/{submission}")
def show_submission(request: Request, node: NodeOf, submission: Named) -> Response:
    return _page(request, node, submission, request.query_params.get("next"))


@routes.post("/submissions/{submission}")
async def act_on_submission(request: Request, node: NodeOf, submission: Named) -> Response:
    form = await forms.read_form(request)
    act, next_ = forms.act_of(form, ACTS, "about a write here"), form.get("next", "")
    return await send(
        request,
        form,
        f"/v1/submissions/{submission}/{act}",
        dict,
        lambda refused: _page(request, node, submission, next_, refused),
        next_,
    )


def _page(
    request: Request, node: NodeOf, submission: str, next_: str | None, refused: Answer | None = None
) -> Response:
    caller = visitor.require(request, "submissions", "get_submission")
    found = writes.Write(node.submissions.get(submission))
    return render(
        request,
        "submission.html",
        refused.status if refused else 200,
        write=found,
        next=forms.own_path(next_) if next_ else None,
        acts=found.acts(caller),
        paused=None if found.ended else node.dispatching.paused(),
        problem=refused and refused.body,
    )
