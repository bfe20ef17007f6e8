"""Runs. Their rounds have routes of their own."""

from __future__ import annotations

from ledger_node.domain.codes import Operation, Outcome
from ledger_node.domain.training import RunInput
from ledger_node.services.runs import Opening
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf
from registry_api.routes.filters import WithOutcome
from registry_api.routes.parts import ById, CheckedBy, Id, OfOrganisation, card_digest_of, router
from registry_api.schemas.problem import READ, WRITE
from registry_api.schemas.run import CloseRun, OpenRun, Run, Runs
from registry_api.selecting import SelectionOf
from registry_api.showing.models import show_run
from registry_api.writing import Accepted, answers, changes, creates

routes = router("runs")


@routes.post("/v1/runs", status_code=202, responses={**answers(created=True), **WRITE})
def open_run(node: NodeOf, once: Once, body: OpenRun, check: CheckedBy = None) -> Accepted:
    """Open a run. The contract checks and records the use of every input, or refuses them all."""
    opening = Opening(
        model=body.model,
        scope=body.scope.facts(),
        card_digest=card_digest_of(node, body, "run-card"),
        code_digest=body.code_digest,
        container_digest=body.container_digest,
        inputs=tuple(RunInput(one.dataset, one.version, one.consent, Operation[one.operation]) for one in body.inputs),
    )
    return creates(node.runs.open(once, opening, precheck=check is None))


@routes.get("/v1/runs", responses=READ)
def list_runs(
    node: NodeOf, window: SelectionOf, publisher: OfOrganisation = None, model: ById = None, outcome: WithOutcome = None
) -> Runs:
    """Runs, oldest first."""
    cut = window.cut(
        node.catalogue.list_runs,
        None if outcome is None else lambda one: one.outcome.name == outcome,
        publisher=publisher,
        model=model,
    )
    return Runs(**window.stamp, items=[show_run(window, one) for one in cut.found], next=cut.next)


@routes.get("/v1/runs/{run}", responses=READ)
def get_run(node: NodeOf, view: ViewOf, run: Id) -> Run:
    """A run with its inputs, rounds and answers."""
    return Run(**view.stamp, **dict(show_run(view, node.catalogue.get_run(run, view.block))))


@routes.post("/v1/runs/{run}/close", status_code=202, responses={**answers(created=False), **WRITE})
def close_run(node: NodeOf, once: Once, run: Id, body: CloseRun) -> Accepted:
    """Close a run: COMPLETED with its result, or ABANDONED, which may leave a round behind."""
    return changes(node.runs.close(once, run, Outcome[body.outcome], body.result_digest))
