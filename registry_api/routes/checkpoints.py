"""Signed checkpoints: which block the chain has at a height, by the word of organisations' operators."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import BeforeValidator, Field

from ledger_node.proof.strict_json import dump_canonical
from registry_api.node import NodeOf
from registry_api.reading import WindowOf
from registry_api.routes.parts import router
from registry_api.schemas.base import digits
from registry_api.schemas.checkpoint import Checkpoint, Checkpoints, Headers, SignCheckpoint, SignedCheckpoint
from registry_api.schemas.problem import READ, declared
from registry_api.strict import MAX_SAFE

routes = router("checkpoints")
ACT = {**READ, **declared(403, 408, 409, 413)}
LIMIT = Field(ge=1, le=1_000)
Height = Annotated[
    int, Path(description="A block number.", examples=[12_000]), Field(ge=0, le=MAX_SAFE), BeforeValidator(digits)
]


@routes.get("/v1/checkpoints", responses=READ)
def list_checkpoints(node: NodeOf, window: WindowOf) -> Checkpoints:
    """Heights that operators signed for, the greatest first."""
    cut = window.cut(node.checkpoints.list_recent)
    return Checkpoints(**window.stamp, items=[Checkpoint.of(one) for one in cut.found], next=cut.next)


@routes.get("/v1/checkpoints/{number:other_than_sign}", responses=READ)
def get_checkpoint(node: NodeOf, number: Height) -> Checkpoint:
    """What operators signed for at a height; more than one checkpoint when they do not say the same."""
    return Checkpoint.of(node.checkpoints.get(number))


@routes.get("/v1/checkpoints/{number:other_than_sign}/headers", responses=READ)
def list_headers(
    node: NodeOf,
    number: Height,
    limit: Annotated[int, Query(description="At most this many, 1 to 1,000."), LIMIT, BeforeValidator(digits)] = 200,
) -> Headers:
    """The headers after a block, with their seals, for a reader who knows the validators there and walks on."""
    found, head = node.evidence.headers(number, limit)
    return Headers(head=head, items=found)


@routes.post("/v1/checkpoints", responses=ACT)
def bring_checkpoint(node: NodeOf, body: SignedCheckpoint) -> Checkpoint:
    """Bring a checkpoint that operators signed: kept, and countersigned when this node's chain has the same block.
    Another block at that height is kept as evidence of a split view, and answered with `ML-0805`. May be repeated."""
    return Checkpoint.of(node.checkpoints.bring(dump_canonical(body.model_dump(by_alias=True))))


@routes.post("/v1/checkpoints/sign", responses=ACT)
def sign_checkpoint(node: NodeOf, body: SignCheckpoint | None = None) -> Checkpoint:
    """Sign for a final block of this node's chain with the operator key."""
    return Checkpoint.of(node.checkpoints.sign(None if body is None else body.number))
