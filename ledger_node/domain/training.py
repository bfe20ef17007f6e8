"""Runs, rounds, contributions."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Operation, Outcome, Reason, Refusal
from ledger_node.domain.position import Position
from ledger_node.domain.scope import Scope

MAX_INPUTS = 64
#: What an input may be used for; a run with rounds also uses FEDERATED_ROUND.
INPUT_OPERATIONS = (Operation.TRAIN, Operation.FINE_TUNE, Operation.VALIDATE, Operation.TEST)
#: Operations that make weights.
TRAINING_OPERATIONS = (Operation.TRAIN, Operation.FINE_TUNE)


@dataclass(frozen=True, slots=True)
class RunInput:
    """A dataset version used under a consent, for one of `INPUT_OPERATIONS`."""

    dataset: str
    version: int
    consent: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Answer:
    """What a hospital answered a round: a contribution with its digest, or a refusal with its reason.

    `consent_state` says what its consent's check gave at that moment.
    """

    custodian: int
    input: int
    update_digest: str | None
    refusal: Refusal
    consent_state: Reason
    answered_at: int
    at: Position


@dataclass(frozen=True, slots=True)
class Round:
    """`number` counts from 1; `epsilon` is the privacy loss charged for each input, in millionths of epsilon.

    `closed_at` is there once the round is closed, `aggregate_digest` when somebody contributed.
    """

    number: int
    epsilon: int
    opened_at: int
    answers: tuple[Answer, ...]
    aggregate_digest: str | None
    closed_at: int | None
    at: Position

    @property
    def contributions(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.refusal is Refusal.NONE)

    @property
    def refusals(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.refusal is not Refusal.NONE)


@dataclass(frozen=True, slots=True)
class Run:
    """`code_digest` and `container_digest` are None when they were not stated. A round that is left behind by an
    abandoned run stays open."""

    id: str
    publisher: int
    opened_at: int
    model: str
    scope: Scope
    card_digest: str
    code_digest: str | None
    container_digest: str | None
    inputs: tuple[RunInput, ...]
    rounds: tuple[Round, ...]
    outcome: Outcome
    result_digest: str | None
    closed_at: int | None
    at: Position

    @property
    def makes_weights(self) -> bool:
        return any(item.operation in TRAINING_OPERATIONS for item in self.inputs)

    @property
    def is_ready(self) -> bool:
        """Whether a model version may be published from it: it closed well and trained something."""
        return self.outcome is Outcome.COMPLETED and self.makes_weights

    def open_round(self) -> Round | None:
        """The round that can be answered: the last, while it and the run are open."""
        if self.outcome is not Outcome.OPEN or not self.rounds:
            return None
        last = self.rounds[-1]
        return last if last.closed_at is None else None
