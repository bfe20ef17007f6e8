"""The node itself and its index."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import Response

from ledger_node import __version__
from ledger_node.domain.codes import names_of
from registry_api.node import NodeOf
from registry_api.reading import View, WindowOf
from registry_api.routes.parts import router
from registry_api.schemas.base import Organisation, rfc3339
from registry_api.schemas.node import (
    Alarm,
    Alarms,
    Captured,
    Checked,
    CollectDocuments,
    CollectedDocuments,
    FillCaptures,
    Filled,
    Found,
    IndexDigest,
    MissingCapture,
    Node,
    NodeStatus,
    Ourselves,
    Pause,
    Rebuilt,
    RunFsck,
)
from registry_api.schemas.problem import READ, declared
from registry_api.schemas.run import Nothing

routes = router("node")
SHOWN = 1000  # findings in one answer
MISSING_SHOWN = 100  # of what could not be captured
TRUST: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A medledger-trust/2 document.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@routes.get("/v1/node", responses=READ)
def get_node(node: NodeOf) -> Node:
    """Who this node is and how it stands."""
    status, found = node.status.now(), node.status.organisation()
    deployment = node.identity.deployment
    return Node(
        as_of_block=status.indexed,
        index_lag=status.lag,
        organisation=Ourselves(
            number=node.identity.organisation,
            name=found.name if found else "",
            capabilities=names_of(found.capabilities) if found else [],
        ),
        operator=node.identity.operator,
        chain_id=deployment.chain_id,
        genesis=deployment.genesis,
        contracts=dict(deployment.contracts.items()),
        head=status.head,
        version=__version__,
        blobs=node.status.blobs(),
        submissions=status.figures.submissions,
    )


@routes.get("/v1/node/status", responses=READ)
def get_node_status(node: NodeOf) -> NodeStatus:
    """How the node stands: what it writes, reads and keeps, and what keeps it from being ready."""
    troubles = [str(trouble) for trouble in node.status.troubles()]
    found, ours = node.status.last(), node.status.organisation()
    figures = found.figures
    return NodeStatus(
        as_of_block=found.indexed,
        index_lag=found.lag,
        organisation=Organisation(number=node.identity.organisation, name=ours.name if ours else ""),
        ready=not troubles,
        troubles=troubles,
        role="writer" if found.writes else "standby",
        epoch=figures.epoch,
        head=found.head,
        index_lag_seconds=found.lag_seconds,
        submissions=figures.submissions,
        open=found.open,
        oldest_open_seconds=found.oldest_open,
        nonce_gap=figures.nonce_gap,
        paused=figures.paused,
        alarms=figures.alarms,
        events_taken_back=figures.taken_back,
        checkpoint=figures.checkpoint,
        split_views=figures.split_views,
        pins_waiting=figures.pins_waiting,
        pins_failing=figures.pins_failing,
        oldest_pin_seconds=found.oldest_pin,
        blobs=node.status.blobs(),
        failures={worker: failure for worker, failure in found.failures.items() if failure},
        version=__version__,
    )


@routes.get("/v1/node/trust", response_class=Response, responses={**READ, **TRUST})
def get_trust(node: NodeOf) -> Response:
    """What a verifier would have to trust, as of the newest indexed block. Compare it with another source's."""
    return Response(node.trusting.file(), media_type="application/json")


@routes.get("/v1/node/alarms", responses=READ)
def list_alarms(node: NodeOf, window: WindowOf) -> Alarms:
    """Transactions with this node's key that its store does not know, the newest first."""
    first = window.after.block if window.after else 0
    cut = window.cut_whole(node.dispatching.alarms(first + window.limit + 1))
    return Alarms(**window.stamp, items=[Alarm.of(one) for one in cut.found], next=cut.next)


@routes.post("/v1/node/pause", responses={**READ, **declared(403, 408, 413)})
def pause_node(node: NodeOf, body: Nothing | None = None) -> Pause:
    """Sign and send nothing until `resume`: writes are accepted and wait, what is sent is still settled."""
    del body
    node.dispatching.pause()
    return Pause(paused=node.dispatching.paused())


@routes.post("/v1/node/resume", responses={**READ, **declared(403, 408, 413)})
def resume_node(node: NodeOf, body: Nothing | None = None) -> Pause:
    """Go on, after a pause or an alarm. A write whose nonce somebody else used gets another one."""
    del body
    node.dispatching.resume()
    return Pause(paused=node.dispatching.paused())


@routes.post("/v1/node/fsck", responses={**READ, **declared(403, 408, 413)})
def run_fsck(node: NodeOf, body: RunFsck | None = None) -> Checked:
    """Compare the index with the chain, submissions with receipts, documents with their digests, contracts with the
    record; put right what can be derived, when asked to."""
    report = node.fsck.run(repair=body is not None and body.repair)
    return Checked(
        as_of_block=report.as_of,
        index_lag=node.status.lag(),
        clean=report.clean,
        checked=report.checked,
        findings=[Found(**asdict(one)) for one in report.findings[:SHOWN]],
        more=max(0, len(report.findings) - SHOWN),
    )


@routes.post("/v1/node/gc", responses={**READ, **declared(403, 408, 413)})
def collect_documents(node: NodeOf, body: CollectDocuments | None = None) -> CollectedDocuments:
    """Find documents that no fact names and nobody stored lately; remove them, when asked to."""
    asked = body or CollectDocuments()
    found = node.collecting.run(grace=asked.grace_seconds, remove=asked.remove)
    return CollectedDocuments(held=found.held, unwanted=found.unwanted, size=found.size, removed=found.removed)


@routes.get("/v1/node/captures", responses=READ)
def get_captures(node: NodeOf) -> Captured:
    """How much evidence the node keeps for when the engine has forgotten, and what it could not capture, with why."""
    return Captured(**_captured(node))


@routes.post("/v1/node/captures/fill", responses={**READ, **declared(403, 408, 413)})
def fill_captures(node: NodeOf, body: FillCaptures | None = None) -> Filled:
    """Capture some of what is missing, at the newest final block."""
    tried = node.capturing.fill(anew=(body or FillCaptures()).anew)
    return Filled(**_captured(node), tried=tried)


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


def _captured(node: NodeOf) -> dict[str, Any]:
    kept = node.capturing.kept()
    missing = node.capturing.missing(MISSING_SHOWN)
    return {
        "captures": kept.captures,
        "subjects": kept.subjects,
        "nodes": kept.nodes,
        "size": kept.size,
        "waiting": kept.waiting,
        "failing": kept.missing,
        "noted": kept.noted,
        "missing": [
            MissingCapture(subject=one.subject, reason=one.reason, attempts=one.attempts, next_at=rfc3339(one.next_at))
            for one in missing
        ],
    }
