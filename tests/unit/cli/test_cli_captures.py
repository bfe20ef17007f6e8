"""`medledger evidence capture`: what is kept, what is missing, and filling it."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Node, Run, word

KEPT = {"captures": 5, "subjects": 2, "nodes": 40, "size": 9000, "waiting": 2, "failing": 0, "noted": 7, "missing": []}


def test_captured_evidence_is_shown_and_what_is_missing_is_a_finding(node: Node, run: Run) -> None:
    node.answer("GET", "/v1/node/captures", 200, KEPT)
    result = run("evidence", "capture")
    assert (result.exit_code, "9000" in result.stdout) == (0, True)
    missing = {"subject": word("5"), "reason": "ML-0803", "attempts": 2, "nextAt": "2026-11-18T11:06:40Z"}
    node.answer("GET", "/v1/node/captures", 200, KEPT | {"failing": 1, "missing": [missing]})
    result = run("evidence", "capture")
    assert (result.exit_code, "ML-0803" in result.stdout) == (1, True)


def test_fill_goes_on_until_nothing_is_tried(node: Node, run: Run) -> None:
    path = "/v1/node/captures/fill"
    node.answers["POST", path] = [(200, KEPT | {"tried": tried}) for tried in (16, 3, 0)]
    result = run("evidence", "capture", "--fill", "--json")
    assert (result.exit_code, json.loads(result.stdout)["tried"]) == (0, 0)
    assert [one.body for one in node.writes()] == [{"anew": True}, {"anew": False}, {"anew": False}]
