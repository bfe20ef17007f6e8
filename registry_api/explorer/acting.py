"""What a page does: a call of the node's own API, as whoever has signed in.

So a page may do what the role may do and no more, each write has one outcome however often its form is sent, and what
is refused is refused in the API's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import Request
from starlette.types import Receive, Scope, Send

from ledger_node.errors import FormRefused, MedLedgerError
from registry_api.explorer import forms
from registry_api.explorer.visitor import visitor_of
from registry_api.guard import CALLER
from registry_api.problems import document_of, status_of

HOST = "http://node.invalid"  # never resolved: the call stays in this process


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered: the JSON of a success, or a problem (RFC 9457) from status 400 on."""

    status: int
    body: dict[str, Any]

    @classmethod
    def of(cls, error: MedLedgerError) -> Answer:
        """As the API would have said it."""
        return cls(status_of(type(error)), document_of(error))

    @property
    def refused(self) -> bool:
        return self.status >= 400

    @property
    def submission(self) -> str:
        """The id of the submission that a write made."""
        return str(self.body["id"])


async def act(request: Request, form: dict[str, str], path: str, body: dict[str, Any] | None = None) -> Answer:
    """POSTs to an API path (`/v1/…`) for a form that `forms.read_form` has read. The form's own key makes a write that
    is sent twice one write. Refused when the form is not of a session that lasts."""
    once = form.get(forms.ONCE, "")
    return refusal(request, form) or await _call(request, path, body, {"Idempotency-Key": once} if once else {})


async def keep(request: Request, form: dict[str, str], document: bytes) -> Answer:
    """Puts a public document (JSON) at the node for a form, byte for byte: the form's write names its sha-256."""
    return refusal(request, form) or await _call(request, "/v1/blobs", document, {"Content-Type": "application/json"})


def refusal(request: Request, form: dict[str, str]) -> Answer | None:
    """Why nothing is done for a form: its session is over, so that its person must look at it and send it anew."""
    try:
        forms.require_session(request, form)
    except FormRefused as error:
        return Answer.of(error)
    return None


async def _call(request: Request, path: str, body: Any, headers: dict[str, str]) -> Answer:
    session = visitor_of(request).session
    if session is None:
        raise FormRefused("nobody is signed in", needed="to sign in, and then the page anew")

    async def as_caller(scope: Scope, receive: Receive, send: Send) -> None:
        await request.app({**scope, CALLER: session.caller}, receive, send)

    transport = httpx2.ASGITransport(app=as_caller, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=HOST, trust_env=False) as client:
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = await client.post(path, headers=headers, **sent)
    return Answer(answer.status_code, answer.json())
