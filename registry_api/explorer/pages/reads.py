"""Who read what on this node, for auditors and operators."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import HTMLResponse

from registry_api.explorer.page import render, router
from registry_api.explorer.visitor import require
from registry_api.node import NodeOf
from registry_api.reading import WindowOf
from registry_api.schemas.reads import RecordedRead

routes = router()


@routes.get("/reads")
def list_reads(request: Request, node: NodeOf, window: WindowOf) -> HTMLResponse:
    require(request, "reads", "list_reads")
    cut = window.cut(node.recording.list_recent)
    found = [RecordedRead.of(one) for one in cut.found]
    return render(request, "reads.html", found=found, next=cut.next, records=node.recording.on)
