"""Who read what on this node."""

from __future__ import annotations

from registry_api.node import NodeOf
from registry_api.reading import WindowOf
from registry_api.routes.parts import router
from registry_api.schemas.problem import READ, declared
from registry_api.schemas.reads import RecordedRead, RecordedReads

routes = router("reads")


@routes.get("/v1/reads", responses={**READ, **declared(403)})
def list_reads(node: NodeOf, window: WindowOf) -> RecordedReads:
    """Reads that this node put on record, the newest first."""
    cut = window.cut(node.recording.list_recent)
    return RecordedReads(**window.stamp, items=[RecordedRead.of(one) for one in cut.found], next=cut.next)
