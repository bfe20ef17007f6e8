"""Opening and closing runs. Their rounds are in `rounds`."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Capability, Outcome
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.consent import Use
from ledger_node.domain.scope import Scope
from ledger_node.domain.training import INPUT_OPERATIONS, MAX_INPUTS, Run, RunInput
from ledger_node.domain.word import NOTHING
from ledger_node.errors import InvalidField, InvalidPurpose, StateConflict
from ledger_node.ports import Index
from ledger_node.proof import ids
from ledger_node.services.generations import generation_of, require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.permissions import Permissions
from ledger_node.services.reading import block_of, require
from ledger_node.services.shapes import inputs_of, scope_of
from ledger_node.services.submissions import Submissions, once


@dataclass(frozen=True, slots=True)
class Opening:
    """What a run is opened with; `code_digest` and `container_digest` are None when they are not stated."""

    model: str
    scope: Scope
    card_digest: str
    code_digest: str | None
    container_digest: str | None
    inputs: tuple[RunInput, ...]


class Runs:
    """`precheck=False` leaves the decision to the contract alone: the transaction is sent whatever the index says."""

    def __init__(
        self, index: Index, submissions: Submissions, membership: Membership, permissions: Permissions
    ) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._permissions = permissions

    @once
    def open(self, idempotency: Idempotency, opening: Opening, *, precheck: bool = True) -> Command:
        if precheck:
            self._require_openable(opening)
        values = (
            opening.model,
            scope_of(opening.scope),
            opening.card_digest,
            opening.code_digest or NOTHING,
            opening.container_digest or NOTHING,
        )
        return self._submissions.making(
            idempotency, ids.RUN, "run.open", "training", "openRun", values, inputs_of(opening.inputs)
        )

    @once
    def close(self, _: Idempotency, run: str, outcome: Outcome, result_digest: str | None) -> Command:
        """COMPLETED has a result and no open round; ABANDONED has none, and may leave a round behind."""
        self._membership.require(Capability.PUBLISHER, protective=True)
        found = require(self._index.find_run(run, block_of(self._index, None)), "run")
        self._membership.require_ours(found.publisher, "only the run's publisher may do this")
        require_open(found)
        if outcome is Outcome.OPEN:
            raise InvalidField("a run is closed as COMPLETED or ABANDONED", needed="COMPLETED or ABANDONED")
        if outcome is Outcome.COMPLETED and found.open_round() is not None:
            raise StateConflict(
                "the run has an open round", got="an open round", needed="close the round first, or ABANDONED"
            )
        if (outcome is Outcome.COMPLETED) != (result_digest is not None):
            raise InvalidField(
                "a completed run has a result, an abandoned one has none", needed="resultDigest exactly when COMPLETED"
            )
        args = (run, int(outcome), result_digest or NOTHING)
        return Command("run.close", "training", "closeRun", args, run, generation_of(self._index, found.at))

    def _require_openable(self, opening: Opening) -> None:
        ours = self._membership.require(Capability.PUBLISHER)
        model = require(self._index.find_model(opening.model, block_of(self._index, None)), "model")
        require_in_force(self._index, model.at, "model")
        inputs = opening.inputs
        if not 1 <= len(inputs) <= MAX_INPUTS:
            raise InvalidField(
                "a run has inputs", got=f"{len(inputs)} inputs", needed=f"1 to {MAX_INPUTS}", field="body.inputs"
            )
        if len(set(inputs)) != len(inputs):
            raise InvalidField("an input stands twice", needed="each input once", field="body.inputs")
        if any(one.operation not in INPUT_OPERATIONS for one in inputs):
            names = ", ".join(operation.name or "" for operation in INPUT_OPERATIONS)
            raise InvalidPurpose("an input is used for one operation", needed=names, field="body.inputs")
        self._permissions.require(
            [
                (n, one.consent, Use(ours.number, one.dataset, one.version, one.operation, opening.scope))
                for n, one in enumerate(inputs)
            ]
        )


def require_open(run: Run) -> None:
    if run.outcome is not Outcome.OPEN:
        raise StateConflict("the run is closed", got=run.outcome.name, needed="an open run")
