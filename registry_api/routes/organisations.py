"""Organisations of the consortium."""

from __future__ import annotations

from registry_api.node import NodeOf
from registry_api.reading import ViewOf, WindowOf
from registry_api.routes.impact import affected
from registry_api.routes.parts import Number, router
from registry_api.schemas.lineage import Impact
from registry_api.schemas.organisation import OrganisationAnswer, Organisations
from registry_api.schemas.problem import READ
from registry_api.showing import show_organisation

routes = router("organisations")


@routes.get("/v1/organisations", responses=READ)
def list_organisations(node: NodeOf, window: WindowOf) -> Organisations:
    """Members of the consortium, in the order of their admission."""
    cut = window.cut(node.catalogue.list_organisations)
    return Organisations(**window.stamp, items=[show_organisation(one) for one in cut.found], next=cut.next)


@routes.get("/v1/organisations/{number}", responses=READ)
def get_organisation(node: NodeOf, view: ViewOf, number: Number) -> OrganisationAnswer:
    """A member."""
    found = show_organisation(node.catalogue.get_organisation(number, view.block))
    return OrganisationAnswer(**view.stamp, **dict(found))


@routes.get("/v1/organisations/{number}/impact", responses=READ)
def get_organisation_impact(node: NodeOf, window: WindowOf, number: Number) -> Impact:
    """Model versions downstream of every dataset that an organisation holds."""
    return affected(window, node.lineages.impact_of_organisation(number, window.block))
