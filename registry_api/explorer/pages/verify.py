"""A bundle that somebody sends is verified and explained, with this node's trust or another's."""

from __future__ import annotations

from functools import partial
from typing import Any

from anyio import WouldBlock, to_thread
from fastapi import Request, Response

from ledger_node.errors import EvidenceMalformed, InvalidField, TooManyRequests, TrustMalformed
from ledger_node.proof.trust import MAX_TRUST
from registry_api.explorer import acting, forms, uploads
from registry_api.explorer.page import render, router
from registry_api.explorer.visitor import require
from registry_api.node import NodeOf
from registry_api.problems import document_of
from registry_api.schemas.base import rfc3339
from registry_api.verifying import LONGEST, MOST_BUNDLE, verified

routes = router()

PATH = "/verify"
MOST = MOST_BUNDLE + MAX_TRUST + (1 << 16)  # bytes of the whole form
SHOWN = 1_000  # facts on the page


@routes.get(PATH)
def show_verify(request: Request) -> Response:
    return _form(request)


@routes.post(PATH)
async def verify(request: Request, node: NodeOf) -> Response:
    require(request, "versions", "get_evidence")
    # Taken before the form is read, so that no more of them are in memory.
    places, borrower = request.app.state.verifying, object()
    try:
        places.acquire_on_behalf_of_nowait(borrower)
    except WouldBlock:
        raise TooManyRequests(
            "other files are being verified", needed="the same again in a moment", retryAfter=int(LONGEST)
        ) from None
    try:
        return await _verify(request, node)
    finally:
        places.release_on_behalf_of(borrower)


async def _verify(request: Request, node: NodeOf) -> Response:
    files = await uploads.read_files(request)
    bound = {forms.BOUND_BY: files.get(forms.BOUND_BY, b"").decode("ascii", "replace")}
    if refused := acting.refusal(request, bound):
        return await to_thread.run_sync(partial(_form, request, refused.body, refused.status))
    given = files.get("trust")

    async def trust_for(block: int) -> bytes:
        if given:
            return given
        return await to_thread.run_sync(lambda: node.trusting.file(node.times.of(block)))

    try:
        if not files.get("bundle"):
            raise InvalidField("no file was chosen", needed="an evidence bundle")
        report = await verified(files["bundle"], trust_for)
    except (EvidenceMalformed, TrustMalformed, InvalidField) as error:
        field = "trust" if isinstance(error, TrustMalformed) else "bundle"
        return await to_thread.run_sync(partial(_form, request, document_of(error, 400) | {"field": field}, 400))
    return await to_thread.run_sync(lambda: _report(request, report, own=not given))


def _form(request: Request, problem: dict[str, Any] | None = None, status: int = 200) -> Response:
    return render(request, "verify.html", status, problem=problem, most=MOST_BUNDLE)


def _report(request: Request, report: dict[str, Any], *, own: bool) -> Response:
    return render(
        request,
        "report.html",
        report=report,
        page=_page_of(report),
        asked_at=rfc3339(report["at"]),
        block_time=rfc3339(report["asOf"]["time"]),
        own=own,
        shown=SHOWN,
    )


def _page_of(report: dict[str, Any]) -> str:
    """Of the subject, at this node."""
    first, _, number = report["subject"].partition("/")
    return {
        "modelVersion": f"/versions/{first}",
        "consent": f"/consents/{first}",
        "datasetVersion": f"/datasets/{first}/versions/{number}",
    }[report["kind"]]
