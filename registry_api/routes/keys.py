"""Keys: what is claimed of them and what they wrote. Offering, accepting and retiring takes admin keys, which no node
holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf, WindowOf
from registry_api.routes.parts import router
from registry_api.schemas.base import ADDRESS, Instant, some_time
from registry_api.schemas.key import ClaimCompromise, Key, WrittenFacts
from registry_api.schemas.problem import READ, WRITE
from registry_api.showing.consortium import show_key, show_written
from registry_api.writing import Accepted, answers, changes

routes = router("keys")
KeyAddress = Annotated[
    str,
    Path(
        description="The key's address: 0x and 40 hex digits.",
        pattern=ADDRESS,
        examples=["0x5FbDB2315678afecb367f032d93F642f64180aa3"],
    ),
]
Since = Annotated[int | None, Query(description="Only what was written from this time on."), Instant()]


@routes.get("/v1/keys/{address}", responses=READ)
def get_key(node: NodeOf, view: ViewOf, address: KeyAddress) -> Key:
    """A key, its organisation, and the claim that it was compromised, if there is one."""
    return Key(**view.stamp, **dict(show_key(view, node.register.get_key(address, view.block))))


@routes.get("/v1/keys/{address}/facts", responses=READ)
def list_written_facts(node: NodeOf, window: WindowOf, address: KeyAddress, since: Since = None) -> WrittenFacts:
    """What a key wrote, oldest first. What it wrote since it is claimed to be compromised is marked, never left out."""
    key = node.register.get_key(address, window.block)
    cut = window.cut(lambda page: node.register.list_written(key, since or 0, page))
    return WrittenFacts(
        **window.stamp,
        compromised_since=some_time(key.compromised_since),
        items=[show_written(window, key, one) for one in cut.found],
        next=cut.next,
    )


@routes.post("/v1/keys/{address}/report-compromise", status_code=202, responses={**answers(created=False), **WRITE})
def report_compromise(node: NodeOf, once: Once, address: KeyAddress, body: ClaimCompromise) -> Accepted:
    """Claim that a key of this node's organisation was compromised from a time on."""
    return changes(node.protection.report_compromise(once, address, body.since))


@routes.post("/v1/keys/{address}/confirm-compromise", status_code=202, responses={**answers(created=False), **WRITE})
def confirm_compromise(node: NodeOf, once: Once, address: KeyAddress, body: ClaimCompromise) -> Accepted:
    """Confirm another organisation's claim as it stands, as a regulator. That retires the key."""
    return changes(node.protection.confirm_compromise(once, address, body.since))
