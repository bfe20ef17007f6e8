"""What a form of a page brings, once it is sure that it came from a page of this node."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request

from ledger_node.errors import FormRefused, InputError
from registry_api.explorer.visitor import visitor_of

URLENCODED = "application/x-www-form-urlencoded"
MOST_FIELDS = 160  # a consent with every box ticked has 110
#: The field that binds a form to its session.
BOUND_BY = "form"
#: The field that makes a write which is sent twice one write: its idempotency key.
ONCE = "once"
#: A path of this node with its query: neither `//host` nor `/\host`, and nothing that a browser would leave out.
OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,2000}")

#: A time without seconds, which browsers leave out where they are none.
LOCAL_MINUTE = re.compile(r"[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")


async def read_form(request: Request) -> dict[str, str]:
    """The fields, each once. FormRefused for what another origin sent, whatever it says, and for what is no form."""
    require_own_page(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        content = (await request.body()).decode()
        fields = parse_qsl(content, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        fields = []
    form = dict(fields)
    if kind != URLENCODED or len(form) != len(fields):
        raise FormRefused("the form cannot be read", needed=f"{URLENCODED}, each field once")
    return form


def require_session(request: Request, form: dict[str, str]) -> None:
    """FormRefused unless the form was made for the session that it comes with."""
    session = visitor_of(request).session
    if session is None or not hmac.compare_digest(session.form.encode(), form.get(BOUND_BY, "").encode()):
        raise FormRefused("the form belongs to no session that lasts", needed="the page anew, signed in")


def act_of(form: dict[str, str], acts: Collection[str], about: str) -> str:
    """What a form with several buttons is to do, one of `acts`. InputError for another; `about` names what has them."""
    act = form.get("act", "")
    if act not in acts:
        raise InputError(f"this cannot be done {about}", needed=" or ".join(acts))
    return act


def typed(form: dict[str, str]) -> dict[str, str]:
    """What its person filled in, without what binds it."""
    return {name: text for name, text in form.items() if name not in (BOUND_BY, ONCE)}


def is_wrong(name: str, problem: dict[str, Any] | None) -> bool:
    """Whether a refusal is about a field, or about a part of its list (`body.visas[0]`)."""
    field = str((problem or {}).get("field", ""))
    return field.partition("[")[0] in (f"body.{name}", name)


def new_once() -> str:
    """For a form that is about to be shown."""
    return secrets.token_urlsafe(16)


def moment(typed: str) -> str:
    """What a `datetime-local` field brings, read as UTC and written as the API takes it. The API refuses what is no
    time."""
    return f"{typed}:00Z" if LOCAL_MINUTE.fullmatch(typed) else f"{typed}Z"


def own_path(path: str) -> str:
    """The path to go on with; the overview in place of one that may lead elsewhere."""
    return path if OWN_PATH.fullmatch(path) else "/"


def require_own_page(request: Request) -> None:
    """By what only the browser writes: `Sec-Fetch-Site`, or of older ones `Origin`."""
    site, own = request.headers.get("sec-fetch-site"), f"{request.url.scheme}://{request.url.netloc}"
    is_own = site == "same-origin" if site is not None else request.headers.get("origin") == own
    if not is_own:
        raise FormRefused("the form was not sent by a page of this node", needed="a page of this node, in a browser")
