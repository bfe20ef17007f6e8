"""Organisations of the consortium."""

from __future__ import annotations

from ledger_node.domain.codes import EmergencyReason
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf, WindowOf
from registry_api.routes.impact import affected
from registry_api.routes.parts import Number, router
from registry_api.schemas.key import Keys
from registry_api.schemas.lineage import Impact
from registry_api.schemas.organisation import OrganisationAnswer, Organisations, SuspendInEmergency
from registry_api.schemas.problem import READ, WRITE
from registry_api.selecting import SelectionOf
from registry_api.showing.consortium import show_key, show_organisation
from registry_api.writing import Accepted, answers, changes

routes = router("organisations")


@routes.get("/v1/organisations", responses=READ)
def list_organisations(node: NodeOf, window: SelectionOf) -> Organisations:
    """Members of the consortium and former ones, in the order of their admission."""
    cut = window.cut(node.register.list_organisations)
    return Organisations(**window.stamp, items=[show_organisation(window, one) for one in cut.found], next=cut.next)


@routes.get("/v1/organisations/{number}", responses=READ)
def get_organisation(node: NodeOf, view: ViewOf, number: Number) -> OrganisationAnswer:
    """A member."""
    found = show_organisation(view, node.register.get_organisation(number, view.block))
    return OrganisationAnswer(**view.stamp, **dict(found))


@routes.get("/v1/organisations/{number}/keys", responses=READ)
def list_keys(node: NodeOf, window: WindowOf, number: Number) -> Keys:
    """Every key that an organisation ever offered a role to, with what is claimed of it."""
    cut = window.cut_whole(node.register.list_keys(number, window.block))
    return Keys(**window.stamp, items=[show_key(window, one) for one in cut.found], next=cut.next)


@routes.get("/v1/organisations/{number}/impact", responses=READ)
def get_organisation_impact(node: NodeOf, window: WindowOf, number: Number) -> Impact:
    """Model versions downstream of every dataset that an organisation holds."""
    return affected(window, node.lineages.impact_of_organisation(number, window.block))


@routes.post(
    "/v1/organisations/{number}/suspend-in-emergency",
    status_code=202,
    responses={**answers(created=False), **WRITE},
)
def suspend_in_emergency(node: NodeOf, once: Once, number: Number, body: SuspendInEmergency) -> Accepted:
    """Suspend another organisation, as a regulator, until a time in the next 30 days."""
    reason = EmergencyReason[body.reason]
    return changes(node.protection.suspend_in_emergency(once, number, reason, body.until))
