"""What comes from MLflow's client, and the client's absence."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from ledger_node.errors import ToolMissing
from ledger_node.mlflow.registered import LoggedMetric
from ledger_node.mlflow.tracking import Tracking, newest


def test_without_the_client_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ToolMissing, match=r"medledger\[mlflow\]"):
        Tracking("http://127.0.0.1:1")


def logged(key: str, value: float, step: int, dataset: str | None = None) -> SimpleNamespace:
    digest = None if dataset is None else "1"
    return SimpleNamespace(key=key, value=value, step=step, timestamp=0, dataset_name=dataset, dataset_digest=digest)


def test_newest_value_of_each_measure_on_each_dataset_counts() -> None:
    found = newest(
        [logged("auc", 0.9, 2, "a"), logged("auc", 0.8, 1, "a"), logged("auc", 0.7, 1, "b"), logged("loss", 1, 0)]
    )
    assert found == [
        LoggedMetric("auc", 0.9, ("a", "1")),
        LoggedMetric("auc", 0.7, ("b", "1")),
        LoggedMetric("loss", 1, None),
    ]
