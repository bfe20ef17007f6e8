"""Recalls of model versions, and their acknowledgement."""

from __future__ import annotations

from ledger_node.domain.codes import Severity
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf
from registry_api.routes.filters import WhichStand
from registry_api.routes.parts import ById, Id, OfOrganisation, digest_of, router
from registry_api.schemas.problem import READ, WRITE
from registry_api.schemas.recall import IssueRecall, Recall, Recalls
from registry_api.schemas.run import Nothing
from registry_api.selecting import SelectionOf
from registry_api.showing.models import show_recall
from registry_api.writing import Accepted, answers, changes, creates

routes = router("recalls")


@routes.post("/v1/recalls", status_code=202, responses={**answers(created=True), **WRITE})
def issue_recall(node: NodeOf, once: Once, body: IssueRecall) -> Accepted:
    """Recall a model version, as its publisher or as a regulator."""
    notice = digest_of(node, body.notice, body.notice_digest)
    severity = Severity[body.severity]
    return creates(node.recalls.issue(once, body.version, severity, notice, body.replacement))


@routes.get("/v1/recalls", responses=READ)
def list_recalls(
    node: NodeOf, window: SelectionOf, version: ById = None, issuer: OfOrganisation = None, stands: WhichStand = None
) -> Recalls:
    """Recalls with their acknowledgements, oldest first."""
    cut = window.cut(
        node.catalogue.list_recalls,
        None if stands is None else lambda one: one.stands == (stands == "true"),
        version=version,
        issuer=issuer,
    )
    return Recalls(**window.stamp, items=[show_recall(window, one) for one in cut.found], next=cut.next)


@routes.get("/v1/recalls/{recall}", responses=READ)
def get_recall(node: NodeOf, view: ViewOf, recall: Id) -> Recall:
    """A recall: how grave it is, who has read it, and whether it stands."""
    return Recall(**view.stamp, **dict(show_recall(view, node.catalogue.get_recall(recall, view.block))))


@routes.post("/v1/recalls/{recall}/acknowledge", status_code=202, responses={**answers(created=True), **WRITE})
def acknowledge_recall(node: NodeOf, once: Once, recall: Id, body: Nothing | None = None) -> Accepted:
    """Say, once, that this node's organisation has read a recall."""
    del body
    return creates(node.recalls.acknowledge(once, recall))


@routes.post("/v1/recalls/{recall}/lift", status_code=202, responses={**answers(created=False), **WRITE})
def lift_recall(node: NodeOf, once: Once, recall: Id, body: Nothing | None = None) -> Accepted:
    """End a recall that this node's organisation issued. Another's takes a vote."""
    del body
    return changes(node.recalls.lift(once, recall))
