"""Rounds of a run: opening, what hospitals answer, closing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger_node.domain.codes import Capability, Operation, Refusal
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.consent import Consent, Use
from ledger_node.domain.training import Round, Run
from ledger_node.domain.word import NOTHING
from ledger_node.errors import InvalidField, NotPermitted, StateConflict
from ledger_node.ports import Index
from ledger_node.services.batches import each
from ledger_node.services.generations import generation_of, require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.permissions import Permissions
from ledger_node.services.reading import block_of, require
from ledger_node.services.runs import require_open
from ledger_node.services.shapes import inputs_of, scope_of
from ledger_node.services.submissions import Submissions, once


@dataclass(frozen=True, slots=True)
class NextRound:
    """The next round of a run. `number` is what the caller expects it to be, None for one more than the last;
    `epsilon` is the privacy loss charged for each input, in millionths of epsilon."""

    run: str
    number: int | None = None
    epsilon: int = 0


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """A contribution has an update's digest, a refusal its reason. `input` is a place among the run's inputs from 0;
    None for the first of ours without an answer."""

    run: str
    round: int
    update_digest: str | None = None
    refusal: Refusal = Refusal.NONE
    input: int | None = None


class Rounds:
    """`precheck=False` leaves the decision to the contract alone: the transaction is sent whatever the index says."""

    def __init__(
        self, index: Index, submissions: Submissions, membership: Membership, permissions: Permissions
    ) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._permissions = permissions

    @once
    def open(self, _: Idempotency, opening: NextRound, *, precheck: bool = True) -> Command:
        shown, run = self._shown_opening(opening, {}, precheck=precheck)
        return Command("round.open", "training", "openRound", (shown,), run.id, generation_of(self._index, run.at))

    @once
    def open_all(self, _: Idempotency, openings: Sequence[NextRound], *, precheck: bool = True) -> Command:
        """The next round of each of 1 to MAX_BATCH runs, all or none."""
        if len({one.run for one in openings}) != len(openings):
            raise StateConflict("a run has one open round at a time", got="a run twice", needed="each run once")
        charged: dict[str, Consent] = {}
        shown = each("rounds", openings, lambda one: self._shown_opening(one, charged, precheck=precheck)[0])
        return Command("round.open", "training", "openRounds", (shown,))

    @once
    def answer(self, _: Idempotency, given: NewAnswer) -> Command:
        """Our hospital's answer to the open round. Open to a suspended organisation."""
        shown, run = self._shown_answer(given, {})
        generation = generation_of(self._index, run.at)
        return Command("round.answer", "training", "answer", (shown,), run.id, generation)

    @once
    def answer_all(self, _: Idempotency, given: Sequence[NewAnswer]) -> Command:
        """1 to MAX_BATCH answers of one generation, all or none."""
        taken: dict[str, set[int]] = {}
        made = each("answers", given, lambda one: self._shown_answer(one, taken))
        generations = {generation_of(self._index, run.at) for _shown, run in made}
        if len(generations) > 1:
            raise InvalidField("the runs are of several generations", got=f"{len(generations)}", needed="a batch each")
        runs = {run.id for _shown, run in made}
        subject = runs.pop() if len(runs) == 1 else None
        shown = [one for one, _run in made]
        return Command("round.answer", "training", "answerAll", (shown,), subject, generations.pop())

    @once
    def close(self, _: Idempotency, run: str, number: int, aggregate_digest: str | None) -> Command:
        """Closes the open round with its aggregate's digest, None exactly when nobody contributed."""
        self._membership.require(Capability.PUBLISHER, protective=True)
        found = self._get(run)
        self._membership.require_ours(found.publisher, "only the run's publisher may do this")
        current = _require_current(found, number)
        contributions = len(current.contributions)
        if (aggregate_digest is None) != (contributions == 0):
            raise StateConflict(
                "a round has an aggregate exactly when somebody contributed",
                got=f"{contributions} contributions and {'no' if aggregate_digest is None else 'an'} aggregate",
                needed="aggregateDigest, or null for a round without a contribution",
            )
        args = (run, number, aggregate_digest or NOTHING)
        return Command("round.close", "training", "closeRound", args, run, generation_of(self._index, found.at))

    def _shown_opening(
        self, opening: NextRound, charged: dict[str, Consent], *, precheck: bool
    ) -> tuple[tuple[object, ...], Run]:
        """`ITrainingLog.RoundOpening`, with its run. `charged` are consents as earlier rounds of a batch leave them."""
        run = self._get(opening.run)
        if precheck:
            self._require_openable(opening, run, charged)
        number = opening.number or len(run.rounds) + 1
        shown = (run.id, number, opening.epsilon, run.model, scope_of(run.scope), inputs_of(run.inputs))
        return shown, run

    def _require_openable(self, opening: NextRound, run: Run, charged: dict[str, Consent]) -> None:
        ours = self._membership.require(Capability.PUBLISHER)
        self._membership.require_ours(run.publisher, "only the run's publisher may do this")
        require_in_force(self._index, run.at, "run")
        require_open(run)
        if (still_open := run.open_round()) is not None:
            raise StateConflict(
                "the run's last round is still open", got=f"round {still_open.number}", needed="close it first"
            )
        needed = len(run.rounds) + 1
        if opening.number not in (None, needed):
            raise StateConflict(
                "the round is not the run's next", got=f"round {opening.number}", needed=f"round {needed}"
            )
        self._permissions.require(_uses_of(opening, run, ours.number), charged)

    def _shown_answer(self, given: NewAnswer, taken: dict[str, set[int]]) -> tuple[tuple[object, ...], Run]:
        """`ITrainingLog.Answer`, with its run. `taken` are the inputs that earlier answers of a batch are for."""
        self._membership.require(Capability.CUSTODIAN, protective=True)
        if (given.update_digest is None) == (given.refusal is Refusal.NONE):
            raise InvalidField(
                "an answer is a contribution or a refusal", needed="exactly one of updateDigest and refusal"
            )
        run = self._get(given.run)
        current = _require_current(run, given.round)
        answered = {one.input for one in current.answers} | taken.setdefault(run.id, set())
        position = self._our_input(run, given.input, answered)
        taken[run.id].add(position)
        shown = (
            run.id,
            given.round,
            position,
            run.model,
            scope_of(run.scope),
            inputs_of(run.inputs)[position],
            given.update_digest or NOTHING,
            int(given.refusal),
        )
        return shown, run

    def _our_input(self, run: Run, wanted: int | None, answered: set[int]) -> int:
        as_of = block_of(self._index, None)
        ours = self._submissions.identity.organisation
        mine = [
            position
            for position, item in enumerate(run.inputs)
            if (dataset := self._index.find_dataset(item.dataset, as_of)) and dataset.custodian == ours
        ]
        if not mine:
            raise NotPermitted("the run uses no dataset of this organisation", needed="the custodian of an input")
        if wanted is not None and wanted not in mine:
            raise NotPermitted(
                "the input is not of this organisation",
                got=f"input {wanted}",
                needed=f"one of {', '.join(str(position) for position in mine)}",
            )
        left = [position for position in mine if position not in answered]
        if not left or wanted in answered:
            raise StateConflict(
                "this organisation has answered the round", got="an answer", needed="one answer for each input"
            )
        return left[0] if wanted is None else wanted

    def _get(self, run: str) -> Run:
        return require(self._index.find_run(run, block_of(self._index, None)), "run")


def _uses_of(opening: NextRound, run: Run, publisher: int) -> list[tuple[int, str, Use]]:
    """What a round charges: each input its privacy loss, and each distinct consent one round."""
    uses, charged = [], set[str]()
    for position, one in enumerate(run.inputs):
        rounds = 0 if one.consent in charged else 1
        charged.add(one.consent)
        operation = Operation.FEDERATED_ROUND
        use = Use(publisher, one.dataset, one.version, operation, run.scope, rounds, opening.epsilon)
        uses.append((position, one.consent, use))
    return uses


def _require_current(run: Run, number: int) -> Round:
    current = run.open_round()
    if current is None or current.number != number:
        raise StateConflict("the round is not open", got=f"round {number}", needed="the run's open round")
    return current
