"""From what MLflow knows to a public card: what is taken, from where, and what is not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger_node.errors import InvalidDocument, InvalidField
from ledger_node.mlflow.cards import Made, version_card
from ledger_node.mlflow.registered import LoggedDataset, LoggedMetric, LoggedRun, RegisteredVersion

DATASET, DIGEST = "0x" + "d" * 64, "0x" + "a" * 64
TESTED = LoggedDataset("tested", "1", "testing", (DATASET, 2))
FOREIGN = LoggedDataset("elsewhere", "1", "testing", None)
RUN = LoggedRun(
    id="r1",
    tags={"mlflow.source.git.commit": "c" * 40},
    parameters={"rate": "0.1", "owner": "Cordula"},
    datasets=(TESTED, FOREIGN),
    metrics=(
        LoggedMetric("auc", 0.9, ("tested", "1")),
        LoggedMetric("auc elsewhere", 0.8, ("elsewhere", "1")),
        LoggedMetric("loss", 0.1, None),
        LoggedMetric("broken", float("nan"), ("tested", "1")),
    ),
)
VERSION = RegisteredVersion("liver", 3, "r1", "models:/m-1", True, {})
BASE = {
    "format": "medledger-model-card/1",
    "title": "Liver",
    "intendedUse": "Tests only",
    "change": {"kind": "FIRST", "summary": "of another version"},
    "metrics": [],
    "retention": {"rule": "Ten years"},
}


def made(**changed: Any) -> Made:
    given: dict[str, Any] = {"base": BASE, "stated": {}, "tags": {}, "run": RUN, "version": VERSION, **changed}
    return version_card(**given, artifact_digest=DIGEST, by="Institute")


def test_card_has_what_is_known_and_leaves_the_rest_out() -> None:
    found = made()
    assert found.card == {
        "format": "medledger-model-card/1",
        "title": "Liver",
        "intendedUse": "Tests only",
        "retention": {"rule": "Ten years"},
        "artifactDigest": DIGEST,
        "metrics": [
            {
                "name": "auc",
                "value": 0.9,
                "data": [{"dataset": DATASET, "version": 2, "split": "testing"}],
                "by": "Institute",
            }
        ],
        "x-mlflow": {"run": "r1", "version": 3, "commit": "c" * 40},
    }
    assert found.left_out == ("auc elsewhere", "broken", "loss")


def test_tags_win_over_a_file_and_that_over_the_models_card() -> None:
    stated = {"intendedUse": "of the file", "limitations": "of the file", "change": {"kind": "SUBSTANTIAL"}}
    card = made(stated=stated, tags={"medledger.limitations": "of a tag", "medledger.change-summary": "More data"}).card
    assert (card["title"], card["intendedUse"], card["limitations"]) == ("Liver", "of the file", "of a tag")
    assert card["change"] == {"kind": "SUBSTANTIAL", "summary": "More data"}


def test_metric_of_a_file_gets_its_value_from_mlflow_and_stands_for_the_linked_one() -> None:
    data, other = [{"dataset": DATASET, "version": 2}], [{"dataset": DATASET, "version": 1}]
    interval = {"low": 0.8, "high": 0.95, "level": 0.95, "method": "bootstrap"}
    stated = {"metrics": [{"name": "loss", "data": other}, {"name": "auc", "data": data, "interval": interval}]}
    found = made(stated=stated)
    assert found.card["metrics"] == [
        {"name": "loss", "value": 0.1, "data": other, "by": "Institute"},
        {"name": "auc", "value": 0.9, "data": data, "by": "Institute", "interval": interval},
    ]
    assert found.left_out == ("auc elsewhere", "broken")
    more = made(stated={"metrics": [{"name": "auc", "data": other, "value": 0.7, "by": "Clinic"}]}).card["metrics"]
    assert [(one["value"], one["by"]) for one in more] == [(0.7, "Clinic"), (0.9, "Institute")]  # type: ignore[attr-defined]  # a list


@pytest.mark.parametrize(
    ("name", "version"),
    [("unknown", 2), ("auc", 1), ("auc elsewhere", 2), ("broken", 2)],
)
def test_value_is_never_said_of_other_data_than_it_was_measured_on(name: str, version: int) -> None:
    with pytest.raises(InvalidField, match=r"metrics\[0\]"):
        made(stated={"metrics": [{"name": name, "data": [{"dataset": DATASET, "version": version}]}]})


def test_metrics_of_a_file_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(InvalidDocument):
        made(stated={"metrics": [{"name": "loss"}]})
    with pytest.raises(InvalidField):
        made(stated={"metrics": {"loss": 1}})


def test_parameters_enter_by_name_alone() -> None:
    assert "Cordula" not in json.dumps(made().card)
    assert made(parameters=["rate"]).card["x-mlflow"] == {
        "run": "r1",
        "version": 3,
        "commit": "c" * 40,
        "parameters": {"rate": "0.1"},
    }
    with pytest.raises(InvalidField):
        made(parameters=["momentum"])


@pytest.mark.parametrize("commit", ["", "/home/cordula", "c" * 39, "C" * 40])
def test_commit_is_one(commit: str) -> None:
    run = replace(RUN, tags={"mlflow.source.git.commit": commit})
    assert made(run=run).card["x-mlflow"] == {"run": "r1", "version": 3}


def test_context_that_is_no_known_word_is_not_taken() -> None:
    run = replace(RUN, datasets=(replace(TESTED, context="for Cordula"),))
    (metric,) = made(run=run).card["metrics"]  # type: ignore[misc]  # a list, as above
    assert metric["data"] == [{"dataset": DATASET, "version": 2}]


def test_what_nobody_said_is_asked_for_and_not_made_up() -> None:
    with pytest.raises(InvalidField, match=r"medledger\.title"):
        made(base={"title": "untyped", "intendedUse": "untyped"})
    with pytest.raises(InvalidField, match=r"medledger\.intended-use"):
        made(base={}, tags={"medledger.title": "Liver"})
    told = {"medledger.title": "Liver", "medledger.intended-use": "Tests only"}
    assert made(base={}, tags=told).card["title"] == "Liver"
    with pytest.raises(InvalidDocument, match=r"field|SUBSTANTIAL"):
        made(tags={"medledger.change-kind": "SOMEHOW", "medledger.change-summary": "More data"})
