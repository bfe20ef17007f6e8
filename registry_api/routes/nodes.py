"""The node itself and its index."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import Response

from ledger_node import __version__
from ledger_node.domain.codes import names_of
from registry_api.node import NodeOf
from registry_api.reading import View
from registry_api.routes.parts import router
from registry_api.schemas.node import IndexDigest, Node, Ourselves, Rebuilt
from registry_api.schemas.problem import READ, declared
from registry_api.schemas.run import Nothing

routes = router("node")
NEWEST = 1000  # submissions that are counted
TRUST: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A medledger-trust/1 document.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@routes.get("/v1/node", responses=READ)
def get_node(node: NodeOf) -> Node:
    """Who this node is and how it stands."""
    status = node.status.now()
    found, deployment = status.organisation, status.identity.deployment
    return Node(
        as_of_block=status.indexed,
        index_lag=status.lag,
        organisation=Ourselves(
            number=status.identity.organisation,
            name=found.name if found else "",
            capabilities=names_of(found.capabilities) if found else [],
        ),
        operator=status.identity.operator,
        chain_id=deployment.chain_id,
        genesis=deployment.genesis,
        contracts=dict(deployment.contracts.items()),
        head=status.head,
        version=__version__,
        blobs=status.blobs,
        submissions=dict(Counter(one.state.value for one in node.submissions.list_recent(NEWEST))),
    )


@routes.get("/v1/node/trust", response_class=Response, responses={**READ, **TRUST})
def get_trust(node: NodeOf) -> Response:
    """What a verifier would have to trust, as of the newest indexed block. Compare it with another source's."""
    return Response(node.evidence.trust(), media_type="application/json")


@routes.get("/v1/index/digest", responses=READ)
def get_index_digest(node: NodeOf) -> IndexDigest:
    """One digest over the whole index: equal on every node that stands at the same block."""
    view = View(node, None)
    return IndexDigest(**view.stamp, digest=node.maintenance.digest(), counts=node.maintenance.counts())


@routes.post("/v1/index/rebuild", responses={**READ, **declared(403, 408, 413)})
def rebuild_index(node: NodeOf, body: Nothing | None = None) -> Rebuilt:
    """Forget the index and make it again from the chain's events alone."""
    del body
    before, after = node.maintenance.rebuild()
    return Rebuilt(before=before, after=after, equal=before == after)
