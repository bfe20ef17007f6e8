"""From a form to a submission: one write of the API, and the form again when it is refused, or its session is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyio import to_thread
from fastapi import Request, Response
from starlette.responses import HTMLResponse

from ledger_node.errors import InputError
from registry_api.explorer import forms
from registry_api.explorer.acting import Answer, act
from registry_api.explorer.page import on_to, render
from registry_api.explorer.visitor import visitor_of
from registry_api.explorer.writes import path_of


async def send(
    request: Request,
    form: dict[str, str],
    path: str,
    body: Callable[[], dict[str, Any]],
    again: Callable[[Answer], Response],
    after: str,
) -> Response:
    """`body` makes the API's body of the form, or refuses it (InputError). `again` shows the form anew with the
    problem, in a thread. `after` is the page to go on to once the chain has it: `{subject}` stands for the id of what
    is made."""
    try:
        answer = await act(request, form, path, body())
    except InputError as error:
        answer = Answer.of(error)
    if answer.refused:
        return await show_again(request, form, again, answer)
    onward = after.replace("{subject}", str(answer.body["subject"]))
    return on_to(path_of(answer.submission, onward))


async def show_again(
    request: Request, form: dict[str, str], again: Callable[[Answer], Response], refused: Answer
) -> Response:
    """The form with what was typed, for the session that there is now, shown by `again` in a thread. Who is no longer
    signed in gets it once they are: until then a page keeps what they typed."""
    if visitor_of(request).session is not None:
        return await to_thread.run_sync(again, refused)
    typed = forms.typed(form)
    return await to_thread.run_sync(lambda: render(request, "signed_out.html", refused.status, typed=typed))


def render_form(request: Request, template: str, refused: Answer | None, **values: Any) -> HTMLResponse:
    """A page with a form, as new or with the problem that it met."""
    if refused is None:
        return render(request, template, problem=None, **values)
    return render(request, template, refused.status, problem={"field": "", **refused.body}, **values)
