"""slither's report, read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.analysis import slither

CONTRACT: dict[str, Any] = {"type": "contract", "name": "Ledger", "type_specific_fields": {}}
FUNCTION: dict[str, Any] = {
    "type": "function",
    "name": "write",
    "type_specific_fields": {"parent": CONTRACT, "signature": "write(bytes32)"},
}
VARIABLE: dict[str, Any] = {"type": "variable", "name": "found", "type_specific_fields": {"parent": FUNCTION}}
NODE: dict[str, Any] = {"type": "node", "name": "found = 1", "type_specific_fields": {"parent": FUNCTION}}


def finding(impact: str, element: dict[str, Any]) -> dict[str, Any]:
    return {"check": "a-check", "impact": impact, "elements": [element], "description": "said at length\n"}


def report(*findings: dict[str, Any]) -> dict[str, Any]:
    return {"success": True, "error": None, "results": {"detectors": list(findings)}}


@pytest.fixture
def explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "slither.toml"
    file.write_text('[[finding]]\ncheck = "a-check"\nwhere = "Ledger.write(bytes32).found"\nreason = "meant"\n')
    monkeypatch.setattr(slither, "REASONS", file)


@pytest.mark.parametrize(
    ("element", "name"),
    [
        (CONTRACT, "Ledger"),
        (FUNCTION, "Ledger.write(bytes32)"),
        (VARIABLE, "Ledger.write(bytes32).found"),
        (NODE, "Ledger.write(bytes32)"),
    ],
)
def test_where(element: dict[str, Any], name: str) -> None:
    assert slither.where(finding("Low", element)) == name


@pytest.mark.usefixtures("explained")
def test_judge_lets_an_explained_medium_finding_pass() -> None:
    assert slither.judge(report(finding("Medium", VARIABLE), finding("Low", NODE)), 1, 1).met


@pytest.mark.usefixtures("explained")
@pytest.mark.parametrize(
    ("findings", "complaint"),
    [
        ([finding("Medium", VARIABLE), finding("Medium", FUNCTION)], "medium, without a reason"),
        ([finding("Medium", VARIABLE), finding("Medium", VARIABLE)], "medium, without a reason"),
        ([finding("Medium", VARIABLE), finding("High", VARIABLE)], "high: said at length"),
        ([], "which is not found"),
    ],
)
def test_judge_complains(findings: list[dict[str, Any]], complaint: str) -> None:
    outcome = slither.judge(report(*findings), 1, 1)
    assert not outcome.met
    assert [said for said in outcome.complaints if complaint in said]


@pytest.mark.usefixtures("explained")
def test_judge_of_nothing_is_missed() -> None:
    assert not slither.judge(report(finding("Medium", VARIABLE)), 0, 1).met
