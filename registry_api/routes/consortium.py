"""The consortium as a whole: thresholds and generations."""

from __future__ import annotations

from registry_api.node import NodeOf
from registry_api.reading import ViewOf, WindowOf
from registry_api.routes.parts import router
from registry_api.schemas.organisation import Consortium, Generations, Thresholds
from registry_api.schemas.problem import READ
from registry_api.showing.consortium import show_generation

routes = router("consortium")


@routes.get("/v1/consortium", responses=READ)
def get_consortium(node: NodeOf, view: ViewOf) -> Consortium:
    """What a vote takes, and which generation of contracts is in force."""
    thresholds = node.register.get_thresholds(view.block)
    return Consortium(
        **view.stamp,
        thresholds=Thresholds(all=thresholds.all, custodians=thresholds.custodians),
        generation=max((one.number for one in node.register.list_generations(view.block)), default=1),
        members=node.register.count_members(view.block),
    )


@routes.get("/v1/generations", responses=READ)
def list_generations(node: NodeOf, window: WindowOf) -> Generations:
    """Every generation of contracts that a vote has listed, the first included. All stay readable."""
    found = node.register.list_generations(window.block)
    newest = max((one.number for one in found), default=1)
    cut = window.cut_whole(found)
    return Generations(**window.stamp, items=[show_generation(one, newest) for one in cut.found], next=cut.next)
