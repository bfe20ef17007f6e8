"""Device streams and their anchors."""

from __future__ import annotations

from ledger_node.domain.codes import DeviceClass
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf
from registry_api.routes.parts import Id, OfOrganisation, router
from registry_api.schemas.problem import READ, WRITE
from registry_api.schemas.stream import (
    Anchor,
    Anchors,
    AnchorStream,
    AnchorStreams,
    RegisterStream,
    Stream,
    StreamFacts,
    Streams,
)
from registry_api.selecting import SelectionOf
from registry_api.writing import Accepted, answers, creates

routes = router("streams")


@routes.post("/v1/streams", status_code=202, responses={**answers(created=True), **WRITE})
def register_stream(node: NodeOf, once: Once, body: RegisterStream) -> Accepted:
    """Register a device stream of this node's hospital."""
    return creates(node.streams.register(once, DeviceClass[body.device_class]))


@routes.get("/v1/streams", responses=READ)
def list_streams(node: NodeOf, window: SelectionOf, custodian: OfOrganisation = None) -> Streams:
    """Streams with their newest anchors, oldest first."""
    cut = window.cut(node.catalogue.list_streams, custodian=custodian)
    items = [StreamFacts.of(one, window.organisation(one.custodian)) for one in cut.found]
    return Streams(**window.stamp, items=items, next=cut.next)


@routes.get("/v1/streams/{stream}", responses=READ)
def get_stream(node: NodeOf, view: ViewOf, stream: Id) -> Stream:
    """A stream with its newest anchor."""
    found = node.catalogue.get_stream(stream, view.block)
    return Stream(**view.stamp, **dict(StreamFacts.of(found, view.organisation(found.custodian))))


@routes.post("/v1/streams/{stream}/anchors", status_code=202, responses={**answers(created=True), **WRITE})
def anchor_stream(node: NodeOf, once: Once, stream: Id, body: AnchorStream) -> Accepted:
    """Anchor the head of a stream's padded tree."""
    return creates(node.streams.anchor(once, (stream, body.size, body.root)))


@routes.get("/v1/streams/{stream}/anchors", responses=READ)
def list_anchors(node: NodeOf, window: SelectionOf, stream: Id) -> Anchors:
    """The anchors of a stream, oldest first."""
    node.catalogue.get_stream(stream, window.block)
    cut = window.cut(node.catalogue.list_anchors, stream=stream)
    return Anchors(**window.stamp, items=[Anchor.of(one) for one in cut.found], next=cut.next)


@routes.post("/v1/anchors", status_code=202, responses={**answers(created=True), **WRITE})
def anchor_streams(node: NodeOf, once: Once, body: AnchorStreams) -> Accepted:
    """Anchor up to 100 heads in one transaction: all or none."""
    return creates(node.streams.anchor_all(once, [(one.stream, one.size, one.root) for one in body.anchors]))
