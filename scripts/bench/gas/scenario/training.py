"""Runs, rounds, and the hospitals' answers."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.bench.gas.chain import SALT, Chain
from scripts.bench.gas.scenario.members import BATCH, CLINIC, HOSPITAL, NONE, NUMBER, VENDOR
from scripts.bench.gas.scenario.terms import EPSILON, TRAIN, consent, scope

ROLE = "training"
CONTRIBUTES, PRIVACY_RISK = 0, 3
COMPLETED, ABANDONED = 1, 2

Input = dict[str, object]


class Run:
    """A run of the vendor, and what must be shown of it again."""

    def __init__(self, c: Chain, measure: str | None, model: str, inputs: Sequence[Input], project: str) -> None:
        self._c = c
        self.inputs = list(inputs)
        self.shown: dict[str, object] = {"model": model, "scope": scope(project)}
        digests = {"cardDigest": c.digest(), "codeDigest": c.digest(), "containerDigest": c.digest()}
        self.id = str(c.write(measure, VENDOR, ROLE, "openRun", SALT, {**self.shown, **digests}, self.inputs))

    def opening(self, number: int, epsilon: int) -> dict[str, object]:
        return {"run": self.id, "round": number, "epsilon": epsilon, **self.shown, "inputs": self.inputs}

    def answer(self, number: int, position: int, refusal: int = CONTRIBUTES) -> dict[str, object]:
        update = self._c.digest() if refusal == CONTRIBUTES else NONE
        answered = {"position": position, "input": self.inputs[position], "updateDigest": update, "refusal": refusal}
        return {"run": self.id, "round": number, **self.shown, **answered}

    def close(self, measure: str | None) -> None:
        self._c.write(measure, VENDOR, ROLE, "closeRun", self.id, COMPLETED, self._c.digest())


def input_of(c: Chain, member: str, dataset: str, project: str) -> Input:
    granted = consent(c, None, member, dataset, NUMBER[VENDOR], projectRef=project)
    return {"dataset": dataset, "version": 1, "consent": granted, "operation": TRAIN}


def life(c: Chain, dataset: str, other: str) -> None:
    model, project = c.digest(), c.digest()
    inputs = [input_of(c, HOSPITAL, dataset, project), input_of(c, CLINIC, other, project)]
    run = Run(c, "open a run, one input", model, inputs[:1], project)
    for number in (1, 2):
        c.write("open a round, one input", VENDOR, ROLE, "openRound", run.opening(number, 0))
        c.write("contribute to a round", HOSPITAL, ROLE, "answer", run.answer(number, 0))
        c.write("close a round", VENDOR, ROLE, "closeRound", run.id, number, c.digest())
    run.close("close a run")
    private_rounds(c, Run(c, "open a run, two inputs", model, inputs, project))


def private_rounds(c: Chain, run: Run) -> None:
    for number in (1, 2):
        c.write("open a round, two inputs, a privacy loss", VENDOR, ROLE, "openRound", run.opening(number, EPSILON))
        c.write("contribute to a round of two", HOSPITAL, ROLE, "answer", run.answer(number, 0))
        c.write("refuse a round", CLINIC, ROLE, "answer", run.answer(number, 1, PRIVACY_RISK))
        c.write(None, VENDOR, ROLE, "closeRound", run.id, number, c.digest())
    c.write("abandon a run", VENDOR, ROLE, "closeRun", run.id, ABANDONED, NONE)


def bulk(c: Chain, dataset: str) -> list[str]:
    """The first rounds of many runs at once, each under a consent of its own. Returns the consents."""
    model, project = c.digest(), c.digest()
    runs = [Run(c, None, model, [input_of(c, HOSPITAL, dataset, project)], project) for _ in range(BATCH)]
    c.write(f"batch of {BATCH} rounds opened", VENDOR, ROLE, "openRounds", [run.opening(1, 0) for run in runs])
    c.write(f"batch of {BATCH} contributions", HOSPITAL, ROLE, "answerAll", [run.answer(1, 0) for run in runs])
    return [str(run.inputs[0]["consent"]) for run in runs]
