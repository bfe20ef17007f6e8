"""Proposals of every kind, and the votes on them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body

from ledger_node.domain.codes import Capability, ProposalKind, StateReason
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf
from registry_api.routes.filters import InProposalState
from registry_api.routes.parts import Number, router
from registry_api.schemas import proposal as schemas
from registry_api.schemas.base import mask_of
from registry_api.schemas.problem import READ, WRITE
from registry_api.schemas.proposal import EXAMPLE_PROPOSAL, Proposal, Proposals, Propose, Vote
from registry_api.schemas.run import Nothing
from registry_api.selecting import SelectionOf
from registry_api.showing.consortium import show_proposal, state_of
from registry_api.writing import Accepted, answers, changes, creates

routes = router("proposals")


@routes.get("/v1/proposals", responses=READ)
def list_proposals(node: NodeOf, window: SelectionOf, state: InProposalState = None) -> Proposals:
    """Proposals with their votes, oldest first."""
    cut = window.cut(
        node.register.list_proposals, None if state is None else lambda one: state_of(window, one) == state
    )
    return Proposals(**window.stamp, items=[show_proposal(window, one) for one in cut.found], next=cut.next)


@routes.get("/v1/proposals/{number}", responses=READ)
def get_proposal(node: NodeOf, view: ViewOf, number: Number) -> Proposal:
    """A proposal: what it is about, what it takes, and how the votes stand."""
    return Proposal(**view.stamp, **dict(show_proposal(view, node.register.get_proposal(number, view.block))))


@routes.post("/v1/proposals", status_code=202, responses={**answers(created=True), **WRITE})
def open_proposal(node: NodeOf, once: Once, body: Annotated[Propose, Body(examples=[EXAMPLE_PROPOSAL])]) -> Accepted:
    """Open a proposal of one of ten kinds. It counts as no vote."""
    return creates(node.proposals.propose(once, ProposalKind[body.kind], fields_of(body)))


@routes.post("/v1/proposals/{number}/votes", status_code=202, responses={**answers(created=True), **WRITE})
def vote(node: NodeOf, once: Once, number: Number, body: Vote) -> Accepted:
    """Cast this organisation's vote."""
    return creates(node.proposals.vote(once, number, body.in_favour))


@routes.post("/v1/proposals/{number}/execution", status_code=202, responses={**answers(created=False), **WRITE})
def execute_proposal(node: NodeOf, once: Once, number: Number, body: Nothing | None = None) -> Accepted:
    """Carry out a proposal that has passed."""
    del body
    return changes(node.proposals.execute(once, number))


def fields_of(body: Propose) -> dict[str, Any]:
    """The fields of the kind's payload by their Solidity names."""
    match body:
        case schemas.ProposeAdmission(admission=asked):
            return {
                "admin": asked.admin,
                "capabilities": int(mask_of(asked.capabilities, Capability)),
                "forProfit": asked.for_profit,
                "name": asked.name,
            }
        case schemas.ProposeStatus():
            return {"organisation": body.organisation}
        case schemas.ProposeAdmin():
            return {"organisation": body.organisation, "admin": body.admin}
        case schemas.ProposeThresholds(thresholds=shares):
            return {"all": shares.all, "custodians": shares.custodians}
        case schemas.ProposeGeneration(contracts=contracts):
            return dict(contracts)
        case schemas.ProposeLift():
            return {"recall": body.recall}
        case schemas.ProposeRevocation():
            return {"consent": body.consent, "reason": int(StateReason[body.reason])}
        case schemas.ProposeSuspension():
            return {
                "consent": body.consent,
                "reason": int(StateReason[body.reason]),
                "duration": body.duration,
            }
