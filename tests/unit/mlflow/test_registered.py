"""Datasets that MLflow's run names, against the inputs of the run on the ledger."""

from __future__ import annotations

import pytest

from ledger_node.client.answers.run import RunInput
from ledger_node.domain.codes import Operation
from ledger_node.domain.training import INPUT_OPERATIONS
from ledger_node.errors import InvalidField, StateConflict
from ledger_node.mlflow.registered import (
    CONTEXTS,
    PARENTS,
    LoggedDataset,
    LoggedRun,
    RegisteredVersion,
    context_of,
    require_inputs,
    source_of,
    used_of,
)

DATASET = "0x" + "d" * 64


def run(context: str | None, used: tuple[str, int] | None) -> LoggedRun:
    return LoggedRun("r1", {}, {}, (LoggedDataset("data", "1", context, used),), ())


def inputs(*operations: str) -> list[RunInput]:
    return [{"dataset": DATASET, "version": 1, "consent": "0x" + "c" * 64, "operation": one} for one in operations]


@pytest.mark.parametrize(
    ("context", "operations"),
    [
        ("training", ("TRAIN",)),
        ("train", ("FINE_TUNE",)),
        ("validation", ("VALIDATE",)),
        ("testing", ("TRAIN", "TEST")),
        ("of another kind", ("TEST",)),
        (None, ("TEST",)),
    ],
)
def test_input_that_was_opened_for_it_is_right(context: str | None, operations: tuple[str, ...]) -> None:
    require_inputs(run(context, (DATASET, 1)), inputs(*operations))


@pytest.mark.parametrize(
    ("context", "used"),
    [
        ("training", (DATASET, 1)),  # opened for testing only
        ("validation", (DATASET, 1)),
        ("testing", (DATASET, 2)),  # another version
        ("testing", ("0x" + "e" * 64, 1)),
        (None, (DATASET, 2)),
    ],
)
def test_use_that_the_run_was_not_opened_for_is_refused(context: str | None, used: tuple[str, int]) -> None:
    with pytest.raises(StateConflict):
        require_inputs(run(context, used), inputs("TEST"))


def test_dataset_from_elsewhere_is_nobodys_concern() -> None:
    require_inputs(run("training", None), [])


@pytest.mark.parametrize(
    ("text", "parents"),
    [(None, ()), ("", ()), ("0xa", ("0xa",)), ("0xa,0xb", ("0xa", "0xb")), (" 0xa , 0xb", ("0xa", "0xb"))],
)
def test_parents_are_between_spaces_or_commas(text: str | None, parents: tuple[str, ...]) -> None:
    tags = {} if text is None else {PARENTS: text}
    assert RegisteredVersion("liver", 1, "r1", "", True, tags).parents == parents


def test_source_is_read_as_it_was_written() -> None:
    assert used_of(source_of(DATASET, 3)) == (DATASET, 3)


@pytest.mark.parametrize("source", ["", "{}", "[]", '"Cordula"', '{"dataset": 1, "version": 1}', '{"dataset": "0x"}'])
def test_source_that_names_no_version_is_refused_without_its_text(source: str) -> None:
    with pytest.raises(InvalidField) as refused:
        used_of(source)
    assert "Cordula" not in str(refused.value)


@pytest.mark.parametrize("operation", INPUT_OPERATIONS)
def test_every_use_of_an_input_has_a_context(operation: Operation) -> None:
    assert operation in CONTEXTS[context_of(operation)]
