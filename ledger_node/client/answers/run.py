"""Runs, rounds, and what hospitals answered."""

from typing import TypedDict

from ledger_node.client.answers.parts import AsOf, Named, Scope


class RunInput(TypedDict):
    dataset: str
    version: int
    consent: str
    operation: str


class RoundAnswer(TypedDict):
    """A contribution has `updateDigest`, a refusal `refusal`; `consentState` is what the check gave at that moment."""

    custodian: Named
    input: int
    updateDigest: str | None
    refusal: str | None
    consentState: str
    answeredAt: str


class Round(AsOf):
    number: int
    epsilon: int
    openedAt: str
    answers: list[RoundAnswer]
    aggregateDigest: str | None
    closedAt: str | None


class Run(AsOf):
    """`makesWeights` when an input is used for TRAIN or FINE_TUNE."""

    id: str
    publisher: Named
    model: str
    scope: Scope
    cardDigest: str
    codeDigest: str | None
    containerDigest: str | None
    openedAt: str
    block: int
    inputs: list[RunInput]
    makesWeights: bool
    rounds: list[Round]
    outcome: str
    resultDigest: str | None
    closedAt: str | None
