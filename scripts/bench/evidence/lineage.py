"""A model version with much behind it, written to a running consortium."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from ledger_node.client import Input
from ledger_node.domain.codes import Operation, Outcome, Supersession
from tests.integration.pair import CARD, SCOPE, TRAINING, Pair, some_digest, terms, version

AT_ONCE = 32  # requests, each of which waits for a block
BATCH = 100  # versions in one transaction
T = TypeVar("T")
R = TypeVar("R")


def publish(pair: Pair, depth: int, inputs: int) -> str:
    """The newest of `depth` versions of a model, each the child of the one before and of a run with one round on
    `inputs` dataset versions, no two of them the same: some 3 facts for each input."""
    hospital, institute = pair.hospital, pair.institute
    datasets = _each(lambda _: pair.made(hospital.node.datasets.register(CARD), "dataset"), range(depth * inputs))
    for first in range(0, len(datasets), BATCH):
        batch = [(one, version(Supersession.FIRST)) for one in datasets[first : first + BATCH]]
        pair.done(hospital.node.datasets.publish_all(batch))
    consents = _each(lambda one: pair.consent(replace(terms(one, institute, TRAINING), max_rounds=1)), datasets)
    used = [Input(one, 1, under, Operation.TRAIN) for one, under in zip(datasets, consents, strict=True)]
    model = pair.model()
    newest: list[str] = []
    for first in range(0, len(used), inputs):
        newest = [_version(pair, model, used[first : first + inputs], newest)]
    return newest[0]


def _version(pair: Pair, model: str, used: list[Input], parents: list[str]) -> str:
    runs = pair.institute.node.runs
    run = pair.made(runs.open(model, scope=SCOPE, card=CARD, inputs_used=used), "run")
    pair.done(runs.open_round(run, number=1))
    answering = pair.hospital.node.runs
    _each(lambda place: pair.done(answering.contribute(run, 1, some_digest(), input_=place)), range(len(used)))
    pair.done(runs.close_round(run, 1, aggregate_digest=some_digest()))
    pair.done(runs.close(run, Outcome.COMPLETED, result_digest=some_digest()))
    models = pair.institute.node.models
    made = models.publish(model, run=run, artifact_digest=some_digest(), card=CARD, parents=parents)
    return pair.made(made, "version")


def _each(work: Callable[[T], R], things: Iterable[T]) -> list[R]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(work, things))
