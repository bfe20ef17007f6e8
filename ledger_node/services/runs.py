"""Opening runs and rounds, recording contributions, closing."""

from __future__ import annotations

from ledger_node.domain.codes import Capability, Operation, Outcome, Purpose
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.consent import Use
from ledger_node.domain.submission import Submission
from ledger_node.domain.training import MAX_INPUTS, Run, RunInput
from ledger_node.errors import InvalidField, InvalidPurpose, NotPermitted, StateConflict
from ledger_node.ports import Index
from ledger_node.proof import ids
from ledger_node.services.consents import Consents
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require
from ledger_node.services.submissions import Submissions

RUN_OPERATIONS = (Operation.TRAIN, Operation.FINE_TUNE, Operation.VALIDATE, Operation.TEST)
NO_PROJECT = "0x" + "00" * 32


class Runs:
    """`precheck=False` leaves the decision to the contract alone: the transaction is sent whatever the index says."""

    def __init__(self, index: Index, submissions: Submissions, membership: Membership, consents: Consents) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._consents = consents

    def open_run(
        self,
        model: str,
        operation: Operation,
        purposes: Purpose,
        project_ref: str,
        card_digest: str,
        inputs: tuple[RunInput, ...],
        idempotency: Idempotency,
        *,
        precheck: bool = True,
    ) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        if precheck:
            self._membership.require(Capability.PUBLISHER)
            require(self._index.find_model(model, block_of(self._index, None)), "model")
            if operation not in RUN_OPERATIONS:
                raise InvalidPurpose(
                    "a run has exactly one operation", needed=", ".join(o.name or "" for o in RUN_OPERATIONS)
                )
            if not 1 <= len(inputs) <= MAX_INPUTS:
                raise InvalidField(
                    "a run has inputs", got=f"{len(inputs)} inputs", needed=f"1 to {MAX_INPUTS}", field="inputs"
                )
            self._consents.require_permitted(inputs, self._use(operation, purposes, project_ref, 0))
        salt = self._submissions.salt(idempotency)
        run = self._submissions.derive(ids.RUN, "training", salt)
        opening = (model, int(operation), int(purposes), project_ref, card_digest)
        command = Command("run.open", "training", "openRun", (salt, opening, _shown(inputs)), run)
        return self._submissions.submit(command, idempotency)

    def open_round(self, run: str, idempotency: Idempotency, *, precheck: bool = True) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        found = self._get(run)
        if precheck:
            self._require_publisher(found)
            self._require_open(found)
            still_open = found.open_round()
            if still_open is not None:
                raise StateConflict(
                    "the run's last round is still open", got=f"round {still_open.number}", needed="close it first"
                )
            use = self._use(Operation.FEDERATED_ROUND, found.purposes, found.project_ref, 1)
            self._consents.require_permitted(found.inputs, use)
        command = Command("round.open", "training", "openRound", (run, _shown(found.inputs)), run)
        return self._submissions.submit(command, idempotency)

    def contribute(self, run: str, number: int, update_digest: str, idempotency: Idempotency) -> Submission:
        """Our hospital's update to a round, for the first of its inputs that has none yet."""
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._membership.require(Capability.CUSTODIAN, protective=True)
        found = self._get(run)
        current = found.open_round()
        if current is None or current.number != number:
            raise StateConflict("the round is not open", got=f"round {number}", needed="the run's open round")
        position = self._our_input(found, {c.input for c in current.contributions})
        shown = _shown(found.inputs)[position]
        command = Command(
            "round.contribute", "training", "contribute", (run, number, position, shown, update_digest), run
        )
        return self._submissions.submit(command, idempotency)

    def close_round(self, run: str, number: int, aggregate_digest: str, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        found = self._get(run)
        self._require_publisher(found)
        current = found.open_round()
        if current is None or current.number != number:
            raise StateConflict("the round is not open", got=f"round {number}", needed="the run's open round")
        if not current.contributions:
            raise StateConflict("the round has no contribution", got="0 contributions", needed="at least one")
        command = Command("round.close", "training", "closeRound", (run, number, aggregate_digest), run)
        return self._submissions.submit(command, idempotency)

    def close_run(self, run: str, outcome: Outcome, result_digest: str | None, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        found = self._get(run)
        self._require_publisher(found)
        self._require_open(found)
        if found.open_round() is not None:
            raise StateConflict("the run has an open round", needed="close the round first")
        if (outcome is Outcome.COMPLETED) != (result_digest is not None):
            raise InvalidField(
                "a completed run has a result, an abandoned one has none", needed="resultDigest exactly when COMPLETED"
            )
        command = Command("run.close", "training", "closeRun", (run, int(outcome), result_digest or NO_PROJECT), run)
        return self._submissions.submit(command, idempotency)

    def _use(self, operation: Operation, purposes: Purpose, project_ref: str, rounds: int) -> Use:
        return Use(self._submissions.identity.organisation, "", 0, operation, purposes, project_ref, rounds)

    def _get(self, run: str) -> Run:
        return require(self._index.find_run(run, block_of(self._index, None)), "run")

    def _our_input(self, run: Run, contributed: set[int]) -> int:
        ours = self._submissions.identity.organisation
        as_of = block_of(self._index, None)
        mine = [
            position
            for position, item in enumerate(run.inputs)
            if (dataset := self._index.find_dataset(item.dataset, as_of)) and dataset.custodian == ours
        ]
        if not mine:
            raise NotPermitted("the run uses no dataset of this organisation", needed="the custodian of an input")
        left = [position for position in mine if position not in contributed]
        if not left:
            raise StateConflict(
                "this organisation has contributed to the round", needed="one contribution for an input"
            )
        return left[0]

    def _require_publisher(self, run: Run) -> None:
        ours = self._submissions.identity.organisation
        if run.publisher != ours:
            raise NotPermitted(
                "only the run's publisher may do this",
                got=f"organisation {ours}",
                needed=f"organisation {run.publisher}",
            )

    def _require_open(self, run: Run) -> None:
        if run.outcome is not Outcome.OPEN:
            raise StateConflict("the run is closed", got=run.outcome.name, needed="an open run")


def _shown(inputs: tuple[RunInput, ...]) -> list[tuple[str, int, str]]:
    return [(item.dataset, item.version, item.consent) for item in inputs]
