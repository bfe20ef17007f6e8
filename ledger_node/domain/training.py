"""Runs, rounds, contributions."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Operation, Outcome, Purpose, Reason
from ledger_node.domain.position import Position

MAX_INPUTS = 64


@dataclass(frozen=True, slots=True)
class RunInput:
    """A dataset version used under a consent."""

    dataset: str
    version: int
    consent: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """A hospital's part in a round. `consent_state` says what its consent's check gave at that moment."""

    custodian: int
    input: int
    update_digest: str
    consent_state: Reason
    contributed_at: int
    at: Position


@dataclass(frozen=True, slots=True)
class Round:
    """`number` counts from 1; `aggregate_digest` and `closed_at` are there once the round is closed."""

    number: int
    opened_at: int
    contributions: tuple[Contribution, ...]
    aggregate_digest: str | None
    closed_at: int | None
    at: Position


@dataclass(frozen=True, slots=True)
class Run:
    id: str
    publisher: int
    opened_at: int
    model: str
    operation: Operation
    purposes: Purpose
    project_ref: str
    card_digest: str
    inputs: tuple[RunInput, ...]
    rounds: tuple[Round, ...]
    outcome: Outcome
    result_digest: str | None
    closed_at: int | None
    at: Position

    @property
    def is_ready(self) -> bool:
        """Whether a model version may be published from it: it trains, and is completed or between two rounds."""
        if self.operation not in (Operation.TRAIN, Operation.FINE_TUNE):
            return False
        if self.outcome is Outcome.OPEN:
            return bool(self.rounds) and self.open_round() is None
        return self.outcome is Outcome.COMPLETED

    def open_round(self) -> Round | None:
        return next((r for r in self.rounds if r.closed_at is None), None)
