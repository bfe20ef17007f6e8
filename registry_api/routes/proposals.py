"""Proposals to admit, suspend or reinstate an organisation, and the votes on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body

from ledger_node.domain.codes import Capability, ProposalKind
from registry_api import ballots
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import WindowOf
from registry_api.routes.parts import Number, router
from registry_api.schemas.organisation import EXAMPLE_PROPOSAL, Proposals, Propose, ProposeAdmission, Vote
from registry_api.schemas.problem import READ, WRITE
from registry_api.schemas.run import Nothing
from registry_api.showing import show_proposal
from registry_api.writing import Accepted, answers, changes, creates

routes = router("proposals")


@routes.get("/v1/proposals", responses=READ)
def list_proposals(node: NodeOf, window: WindowOf) -> Proposals:
    """Proposals with their votes, oldest first."""
    cut = window.cut(node.catalogue.list_proposals)
    return Proposals(**window.stamp, items=[show_proposal(window, one) for one in cut.found], next=cut.next)


@routes.post("/v1/proposals", status_code=202, responses={**answers(created=True), **WRITE})
def open_proposal(node: NodeOf, once: Once, body: Annotated[Propose, Body(examples=[EXAMPLE_PROPOSAL])]) -> Accepted:
    """Propose to admit an organisation, or to suspend or reinstate a member."""
    return creates(node.membership.propose(ProposalKind[body.kind], _payload(body), once))


@routes.post("/v1/proposals/{number}/votes", status_code=202, responses={**answers(created=True), **WRITE})
def vote(node: NodeOf, once: Once, number: Number, body: Vote) -> Accepted:
    """Cast this organisation's vote."""
    return creates(node.membership.vote(number, body.in_favour, once))


@routes.post("/v1/proposals/{number}/execution", status_code=202, responses={**answers(created=False), **WRITE})
def execute_proposal(node: NodeOf, once: Once, number: Number, body: Nothing | None = None) -> Accepted:
    """Carry out a proposal that has passed."""
    del body
    return changes(node.membership.execute(number, once))


def _payload(body: Propose) -> str:
    if not isinstance(body, ProposeAdmission):
        return ballots.organisation_payload(body.organisation)
    asked = body.admission
    capabilities = Capability(0)
    for name in asked.capabilities:
        capabilities |= Capability[name]
    return ballots.admission_payload(ballots.Admission(asked.admin, capabilities, asked.for_profit, asked.name))
