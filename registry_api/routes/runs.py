"""Runs, their rounds and contributions."""

from __future__ import annotations

from ledger_node.domain.codes import Operation, Outcome, Purpose
from ledger_node.domain.training import RunInput
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf, WindowOf
from registry_api.routes.parts import CheckedBy, Id, Number, card_digest_of, router
from registry_api.schemas.base import NOTHING, bits_of
from registry_api.schemas.problem import READ, WRITE
from registry_api.schemas.run import CloseRound, CloseRun, Contribute, Nothing, OpenRun, Rounds, Run, Runs
from registry_api.showing import show_round, show_run
from registry_api.writing import Accepted, answers, changes, creates

routes = router("runs")


@routes.post("/v1/runs", status_code=202, responses={**answers(created=True), **WRITE})
def open_run(node: NodeOf, once: Once, body: OpenRun, check: CheckedBy = None) -> Accepted:
    """Open a run. The contract checks and records the use of every input, or refuses them all."""
    return creates(
        node.runs.open_run(
            body.model,
            Operation[body.operation],
            Purpose(bits_of(body.purposes, Purpose)),
            body.project_ref or NOTHING,
            card_digest_of(node, body),
            tuple(RunInput(one.dataset, one.version, one.consent) for one in body.inputs),
            once,
            precheck=check is None,
        )
    )


@routes.get("/v1/runs", responses=READ)
def list_runs(node: NodeOf, window: WindowOf) -> Runs:
    """Runs, oldest first."""
    cut = window.cut(node.catalogue.list_runs)
    return Runs(**window.stamp, items=[show_run(window, one) for one in cut.found], next=cut.next)


@routes.get("/v1/runs/{run}", responses=READ)
def get_run(node: NodeOf, view: ViewOf, run: Id) -> Run:
    """A run with its inputs, rounds and contributions."""
    return Run(**view.stamp, **dict(show_run(view, node.catalogue.get_run(run, view.block))))


@routes.post("/v1/runs/{run}/rounds", status_code=202, responses={**answers(created=True), **WRITE})
def open_round(node: NodeOf, once: Once, run: Id, body: Nothing | None = None, check: CheckedBy = None) -> Accepted:
    """Open the run's next round. Every input's consent is checked again and charged one round."""
    del body
    return creates(node.runs.open_round(run, once, precheck=check is None))


@routes.get("/v1/runs/{run}/rounds", responses=READ)
def list_rounds(node: NodeOf, window: WindowOf, run: Id) -> Rounds:
    """The rounds of a run."""
    cut = window.cut_whole(node.catalogue.get_run(run, window.block).rounds)
    return Rounds(**window.stamp, items=[show_round(window, one) for one in cut.found], next=cut.next)


@routes.post(
    "/v1/runs/{run}/rounds/{number}/contributions", status_code=202, responses={**answers(created=True), **WRITE}
)
def contribute(node: NodeOf, once: Once, run: Id, number: Number, body: Contribute) -> Accepted:
    """Record this node's hospital's update in an open round."""
    return creates(node.runs.contribute(run, number, body.update_digest, once))


@routes.post("/v1/runs/{run}/rounds/{number}/close", status_code=202, responses={**answers(created=False), **WRITE})
def close_round(node: NodeOf, once: Once, run: Id, number: Number, body: CloseRound) -> Accepted:
    """Close a round with the digest of its aggregate."""
    return changes(node.runs.close_round(run, number, body.aggregate_digest, once))


@routes.post("/v1/runs/{run}/close", status_code=202, responses={**answers(created=False), **WRITE})
def close_run(node: NodeOf, once: Once, run: Id, body: CloseRun) -> Accepted:
    """Close a run: COMPLETED with its result, or ABANDONED."""
    return changes(node.runs.close_run(run, Outcome[body.outcome], body.result_digest, once))
