"""Rounds of a run, and what hospitals answer."""

from __future__ import annotations

from ledger_node.domain.codes import Refusal
from ledger_node.services.rounds import NewAnswer, NextRound
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import WindowOf
from registry_api.routes.parts import CheckedBy, Id, Number, router
from registry_api.schemas.problem import READ, WRITE
from registry_api.schemas.round import AnswerRound, AnswerRounds, CloseRound, OpenRound, OpenRounds, Rounds
from registry_api.showing.models import show_round
from registry_api.writing import Accepted, answers, changes, creates

routes = router("rounds")


@routes.post("/v1/runs/{run}/rounds", status_code=202, responses={**answers(created=True), **WRITE})
def open_round(node: NodeOf, once: Once, run: Id, body: OpenRound | None = None, check: CheckedBy = None) -> Accepted:
    """Open the run's next round. Every input's consent is checked again, and charged a round and its privacy loss."""
    asked = body or OpenRound()
    return creates(node.rounds.open(once, NextRound(run, asked.round, asked.epsilon), precheck=check is None))


@routes.get("/v1/runs/{run}/rounds", responses=READ)
def list_rounds(node: NodeOf, window: WindowOf, run: Id) -> Rounds:
    """The rounds of a run with their answers."""
    cut = window.cut_whole(node.catalogue.get_run(run, window.block).rounds)
    return Rounds(**window.stamp, items=[show_round(window, one) for one in cut.found], next=cut.next)


@routes.post("/v1/rounds", status_code=202, responses={**answers(created=True), **WRITE})
def open_rounds(node: NodeOf, once: Once, body: OpenRounds, check: CheckedBy = None) -> Accepted:
    """Open the next round of up to 100 runs in one transaction: all or none."""
    openings = [NextRound(one.run, one.round, one.epsilon) for one in body.rounds]
    return creates(node.rounds.open_all(once, openings, precheck=check is None))


@routes.post("/v1/runs/{run}/rounds/{number}/answers", status_code=202, responses={**answers(created=True), **WRITE})
def answer_round(node: NodeOf, once: Once, run: Id, number: Number, body: AnswerRound) -> Accepted:
    """Answer an open round in the name of this node's hospital: with an update's digest, or with a refusal."""
    return creates(node.rounds.answer(once, _answer(run, number, body)))


@routes.post("/v1/answers", status_code=202, responses={**answers(created=True), **WRITE})
def answer_rounds(node: NodeOf, once: Once, body: AnswerRounds) -> Accepted:
    """Answer for up to 100 inputs in one transaction: all or none."""
    return creates(node.rounds.answer_all(once, [_answer(one.run, one.round, one) for one in body.answers]))


@routes.post("/v1/runs/{run}/rounds/{number}/close", status_code=202, responses={**answers(created=False), **WRITE})
def close_round(node: NodeOf, once: Once, run: Id, number: Number, body: CloseRound) -> Accepted:
    """Close a round with the digest of its aggregate, or without one when nobody contributed."""
    return changes(node.rounds.close(once, run, number, body.aggregate_digest))


def _answer(run: str, number: int, body: AnswerRound) -> NewAnswer:
    refusal = Refusal.NONE if body.refusal is None else Refusal[body.refusal]
    return NewAnswer(run, number, body.update_digest, refusal, body.input)
