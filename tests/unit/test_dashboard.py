"""Every expression of the dashboard asks for metrics, and by labels, that a node has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ledger_node.domain.figures import Figures, Standing
from ledger_node.domain.submission import SubmissionState
from ledger_node.metrics import Metrics

DASHBOARD: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "grafana.json").read_text())
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
#: Labels that Prometheus itself adds.
OWN = {"instance", "job", "le"}
SAMPLE = re.compile(r"^(medledger_[a-z_]+)(?:\{(.*)\})? \S+$")


def exported() -> dict[str, set[str]]:
    """The labels of every metric, by name, of a node in which everything has happened once."""
    meter = Metrics()
    meter.request("GET", "/v1/node", 200, 0.1)
    meter.call("eth_chainId", 0.1)
    meter.timed("indexer", lambda: 0)()
    with pytest.raises(ZeroDivisionError):
        meter.timed("indexer", lambda: 1 // 0)()
    meter.settled("mined", 1.0)
    meter.rewound(1)
    meter.delivered("delivered", 0.1)
    figures = Figures({state.value: 1 for state in SubmissionState}, checkpoint=1)
    known = Standing(True, 1, 2, 1, 3, 4, 5, {"indexer": ""}, figures)
    found: dict[str, set[str]] = {}
    for line in meter.render(known).decode().splitlines():
        if not line.startswith("#"):
            name, labels = SAMPLE.match(line).groups()  # type: ignore[union-attr]
            found.setdefault(name, set()).update(re.findall(r"(\w+)=", labels or ""))
    return found


EXPORTED = exported()


def test_the_dashboard_has_expressions() -> None:
    assert len(EXPRESSIONS) > 20


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression_asks_for_what_a_node_exports(expression: str) -> None:
    names = re.findall(r"medledger_[a-z_]+", expression)
    assert names
    for name in names:
        assert name in EXPORTED
    asked = set(re.findall(r"(\w+)=~?\"", expression)) | {
        label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")
    }
    assert asked <= OWN.union(*(EXPORTED[name] for name in names))


@pytest.mark.parametrize("panel", DASHBOARD["panels"], ids=lambda panel: panel["title"])
def test_legend_names_labels_that_the_answer_has(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        known = set().union(*(EXPORTED[name] for name in re.findall(r"medledger_[a-z_]+", target["expr"])))
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= known | OWN


def test_every_metric_stands_on_the_dashboard() -> None:
    families = {re.sub(r"_(bucket|count|sum|created|total)$", "", name) for name in EXPORTED}
    shown = "\n".join(EXPRESSIONS)
    assert {family for family in families if family not in shown} == set()
