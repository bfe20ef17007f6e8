"""Probes, which need no key."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from ledger_node.errors import ChainUnreachable, NodeError
from registry_api import problems
from registry_api.node import NodeOf
from registry_api.schemas.node import Health
from registry_api.schemas.problem import declared

routes = APIRouter(tags=["health"])


@routes.get("/healthz", responses=declared(500))
def get_health() -> Health:
    """The process answers."""
    return Health(status="ok")


@routes.get("/readyz", response_model=Health, responses=declared(500, 503))
def get_readiness(node: NodeOf) -> Response:
    """The node can serve: the chain answers, the index keeps up, and no worker fails."""
    if failure := node.status.failure():
        return problems.respond(NodeError("a worker fails", got=failure, needed="look at the node's log"), 503)
    status = node.status.now()
    if status.lag is None:
        return problems.respond(ChainUnreachable("the chain does not answer", needed="wait, or look at the chain"))
    if status.lag > node.most_lag:
        behind = NodeError(
            "the index is behind the chain", got=f"{status.lag} blocks", needed=f"at most {node.most_lag}"
        )
        return problems.respond(behind, 503)
    return JSONResponse({"status": "ok"})
