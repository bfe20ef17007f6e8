"""Requests for a consent."""

from __future__ import annotations

from ledger_node.domain.codes import DeclineReason, Purpose
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewAsideOf
from registry_api.routes.filters import ByPurpose, InRequestState, WithWords
from registry_api.routes.parts import ById, Id, OfOrganisation, card_digest_of, router
from registry_api.schemas.problem import READ, WRITE, declared
from registry_api.schemas.request import (
    CheckVisa,
    DeclineRequest,
    MakeRequest,
    Request,
    Requests,
    SendMessage,
    VisaCheck,
)
from registry_api.selecting import SelectionOf
from registry_api.showing.requests import show_history, show_requests, show_visa
from registry_api.writing import Accepted, answers, changes, creates

routes = router("requests")


@routes.post("/v1/requests", status_code=202, responses={**answers(created=True), **WRITE})
def make_request(node: NodeOf, once: Once, body: MakeRequest) -> Accepted:
    """Ask a hospital for a consent. It answers with one that names the request, or declines."""
    return creates(node.requests.make(once, body.facts(card_digest_of(node, body))))


@routes.get("/v1/requests", responses=READ)
def list_requests(
    node: NodeOf,
    window: SelectionOf,
    dataset: ById = None,
    requester: OfOrganisation = None,
    purpose: ByPurpose = None,
    state: InRequestState = None,
    text: WithWords = None,
) -> Requests:
    """Requests and their answers, oldest first."""
    window.search(text, "request")
    cut = window.cut(
        node.catalogue.list_requests,
        None if state is None else lambda one: one.state.name == state,
        dataset=dataset,
        requester=requester,
        purposes=purpose and Purpose[purpose],
    )
    return Requests(**window.stamp, items=show_requests(window, cut.found), next=cut.next)


@routes.get("/v1/requests/{request}", responses=READ)
def get_request(node: NodeOf, view: ViewAsideOf, request: Id) -> Request:
    """A request with its history: the terms wanted, the messages of both sides, and the answer."""
    return show_history(view, node.catalogue.get_request(request, view.block))


@routes.post("/v1/requests/{request}/messages", status_code=202, responses={**answers(created=True), **WRITE})
def send_message(node: NodeOf, once: Once, request: Id, body: SendMessage) -> Accepted:
    """Ask back about an open request as its hospital, or answer as its requester. All members can read it."""
    return creates(node.requests.send_message(once, request, body.facts()))


@routes.post("/v1/requests/{request}/visas/check", responses={**READ, **declared(408, 413)})
def check_visa(node: NodeOf, view: ViewAsideOf, request: Id, body: CheckVisa) -> VisaCheck:
    """Is a visa that was handed over valid here, and attached to the request? Nothing of it is kept."""
    return show_visa(view, node.catalogue.get_request(request, view.block), body.visa)


@routes.post("/v1/requests/{request}/decline", status_code=202, responses={**answers(created=False), **WRITE})
def decline_request(node: NodeOf, once: Once, request: Id, body: DeclineRequest) -> Accepted:
    """Say no to a request for a dataset of this node's hospital."""
    return changes(node.requests.decline(once, request, DeclineReason[body.reason]))
