"""Probes and metrics, which need no key: they say numbers about the node, and nothing of what it holds."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from registry_api import problems
from registry_api.node import NodeOf
from registry_api.schemas.node import Health
from registry_api.schemas.problem import declared

routes = APIRouter(tags=["health"])
METRICS = "text/plain; version=1.0.0; charset=utf-8"


@routes.get("/healthz", responses=declared(500))
def get_health() -> Health:
    """The process answers."""
    return Health(status="ok")


@routes.get("/readyz", response_model=Health, responses=declared(500, 503))
def get_readiness(node: NodeOf) -> Response:
    """The node can serve: chain and workers answer, the index keeps up, writes get on, the store takes them.

    Else the problem is the first trouble, and `troubles` says all.
    """
    troubles = node.status.troubles()
    if not troubles:
        return JSONResponse({"status": "ok"})
    first = troubles[0]
    first.facts["troubles"] = [str(trouble) for trouble in troubles]
    return problems.respond(first, 503)


@routes.get("/metrics", response_class=PlainTextResponse, responses=declared(500, 503))
def get_metrics(node: NodeOf) -> Response:
    """Numbers about this node for Prometheus."""
    node.status.measure()
    return Response(node.meter.render(node.status.last()), headers={"Content-Type": METRICS})
