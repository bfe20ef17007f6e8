"""What is taken from an MLflow server, and the words that tags there have for it.

There is no place here for users, hosts, paths, descriptions and notes: they cannot get further.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ledger_node.client.answers.run import RunInput
from ledger_node.domain.codes import Operation
from ledger_node.errors import InvalidField, StateConflict

#: On a registered model: the id of the model on the ledger.
MODEL = "medledger.model"
#: On a run: the id of the run that was opened on the ledger.
RUN = "medledger.run"
#: On a model version: `true` asks for it to be published.
PUBLISH = "medledger.publish"
#: On a model version: the ids of those of the ledger that it grew from, between spaces or commas.
PARENTS = "medledger.parents"
#: On a model version, written back.
VERSION, STATE, ARTIFACT_DIGEST = "medledger.version", "medledger.state", "medledger.artifact-digest"
#: On a model version, written back: the submission that the contract refused last.
REFUSED = "medledger.refused"
#: MLflow's own.
COMMIT, CONTEXT = "mlflow.source.git.commit", "mlflow.data.context"
#: The source of a dataset that is a dataset version of the ledger: `{"dataset": "0x…", "version": 1}`.
SOURCE_TYPE = "medledger"
#: What a dataset was used for, in MLflow's words; the first one of an operation is the one that is written.
CONTEXTS = {
    "training": Operation.TRAIN | Operation.FINE_TUNE,
    "validation": Operation.VALIDATE,
    "testing": Operation.TEST,
    "train": Operation.TRAIN | Operation.FINE_TUNE,
    "test": Operation.TEST,
}


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    name: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RegisteredVersion:
    """`run` is MLflow's id; None when it was registered without one. `source` is where its files are."""

    name: str
    number: int
    run: str | None
    source: str
    ready: bool
    tags: Mapping[str, str]

    @property
    def parents(self) -> tuple[str, ...]:
        return tuple(self.tags.get(PARENTS, "").replace(",", " ").split())


@dataclass(frozen=True, slots=True)
class LoggedDataset:
    """`name` and `digest` are MLflow's; `used` is what it is on the ledger, None for a dataset from elsewhere."""

    name: str
    digest: str
    context: str | None
    used: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class LoggedMetric:
    """The newest value. `dataset` is the name and digest of what it was measured on, where MLflow knows."""

    name: str
    value: float
    dataset: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class LoggedRun:
    id: str
    tags: Mapping[str, str]
    parameters: Mapping[str, str]
    datasets: tuple[LoggedDataset, ...]
    metrics: tuple[LoggedMetric, ...]

    def measured_on(self, metric: LoggedMetric) -> LoggedDataset | None:
        """The dataset version of the ledger that it was measured on."""
        found = (one for one in self.datasets if (one.name, one.digest) == metric.dataset and one.used is not None)
        return next(found, None)


def used_of(source: str) -> tuple[str, int]:
    """The dataset version that a dataset's source names. InvalidField."""
    try:
        named = json.loads(source)
        dataset, version = named["dataset"], named["version"]
    except (ValueError, TypeError, KeyError):
        dataset = version = None
    if not isinstance(dataset, str) or not isinstance(version, int):
        raise InvalidField(
            f"a dataset of the source {SOURCE_TYPE} does not say which it is",
            got=f"text of {len(source)} characters",
            needed='{"dataset": "0x…", "version": 1}',
        )
    return dataset, version


def source_of(dataset: str, version: int) -> str:
    return json.dumps({"dataset": dataset, "version": version})


def context_of(operation: Operation) -> str:
    return next(context for context, operations in CONTEXTS.items() if operation in operations)


def require_inputs(run: LoggedRun, inputs: list[RunInput]) -> None:
    """StateConflict unless each dataset version of the ledger that MLflow names is an input of the run there, for the
    operation that MLflow has in the context."""
    for place, logged in enumerate(run.datasets):
        if logged.used is None:
            continue
        operations = {Operation[one["operation"]] for one in inputs if (one["dataset"], one["version"]) == logged.used}
        if not operations:
            raise StateConflict(
                "MLflow's run names a dataset version that is no input of the run on the ledger",
                got=f"dataset {place + 1} of MLflow's run: {logged.used[0]}, version {logged.used[1]}",
                needed="a run that was opened on all it used, under a consent for each",
            )
        wanted = CONTEXTS.get(logged.context or "")
        if wanted is not None and not any(one in wanted for one in operations):
            raise StateConflict(
                "MLflow's run used a dataset version for more than the run on the ledger was opened for",
                got=f"dataset {place + 1} of MLflow's run: {logged.context}",
                needed=f"an input for {wanted.name}",
            )
