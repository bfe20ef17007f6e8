"""The consortium: its members, what they vote on, and what holds it together."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import HTMLResponse

from registry_api.explorer import ballots, effects, members
from registry_api.explorer.page import render, router
from registry_api.node import NodeOf
from registry_api.reading import ViewOf, WindowOf
from registry_api.routes.parts import Number
from registry_api.selecting import SelectionOf
from registry_api.showing.consortium import show_organisation

routes = router()


@routes.get("/consortium")
def show_consortium(request: Request, node: NodeOf, window: SelectionOf) -> HTMLResponse:
    cut = window.cut(node.register.list_organisations)
    signed = members.checkpoints(node, window)
    status = node.status.now()
    return render(
        request,
        "consortium.html",
        view=window,
        ballots=ballots,
        members=members.members(window, cut.found),
        next=cut.next,
        rules=members.rules(node, window),
        undecided=members.undecided(node, window),
        generations=members.generations(node, window),
        signed=signed,
        split=status.figures.split_views > 0 or any(one.split_view for one in signed),
        head=status.head,
        deployment=node.identity.deployment,
        name_of=lambda number: window.organisation(number).name,
    )


@routes.get("/organisations/{number}")
def show_member(request: Request, node: NodeOf, view: ViewOf, number: Number) -> HTMLResponse:
    found = node.register.get_organisation(number, view.block)
    return render(
        request,
        "organisation.html",
        view=view,
        ballots=ballots,
        one=show_organisation(view, found),
        voted=found.voted.name,
        keys=members.keys(node, view, number),
        holdings=members.holdings(node, view, number),
        votes=members.votes_about(node, view, number),
    )


@routes.get("/organisations/{number}/impact")
def show_member_impact(request: Request, node: NodeOf, window: WindowOf, number: Number) -> HTMLResponse:
    found = node.register.get_organisation(number, window.block)
    reach = node.lineages.impact_of_organisation(number, window.block)
    return effects.show_impact(request, window, "organisation", str(number), found.name, reach)
