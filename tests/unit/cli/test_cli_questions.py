"""`medledger version questions`: a list, and an answer that fits the terminal."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Node, Run, word

VERSION, CARD = word("1"), word("2")
LONG = "Universitätsklinikum " * 4
PATH = f"/v1/versions/{VERSION}/questions"
SOURCE = {"contract": None, "event": None, "record": VERSION, "block": None, "document": CARD, "pointer": "/metrics/0"}
ANSWER = {
    "asOfBlock": 12,
    "indexLag": 0,
    "version": VERSION,
    "question": 13,
    "title": "Which metrics?",
    "facts": [
        {
            "statement": "metric",
            "value": {"name": "accuracy", "value": 0.93, "data": [{"dataset": CARD, "version": 1}], "ok": True},
            "level": "asserted",
            "by": {"number": 3, "name": LONG},
            "source": SOURCE,
        },
        {"statement": "recalls", "value": [], "level": "verified", "by": None, "source": SOURCE},
    ],
    "missing": [{"what": f"interval: {VERSION}", "why": "the model card does not say"}],
    "links": [{"what": "evidence", "href": f"/v1/versions/{VERSION}/evidence"}],
}


def test_the_questions_are_listed(node: Node, run: Run) -> None:
    listed = {
        "asOfBlock": 12,
        "indexLag": 0,
        "version": VERSION,
        "items": [{"number": 1, "title": "Who?", "href": PATH}],
    }
    node.answers[("GET", PATH)] = (200, listed)
    shown = run("version", "questions", VERSION)
    assert shown.exit_code == 0
    assert "Who?" in shown.stdout
    assert json.loads(run("version", "questions", VERSION, "--json").stdout) == listed


def test_an_answer_fits_the_terminal(node: Node, run: Run) -> None:
    node.answers[("GET", f"{PATH}/13")] = (200, ANSWER)
    shown = run("version", "questions", VERSION, "--number", "13")
    assert shown.exit_code == 0
    for said in ("13. Which metrics?", "asserted", "verified", "the model card does not say", "as of block 12"):
        assert said in shown.stdout
    table = shown.stdout[: shown.stdout.index("evidence ")]
    assert max(map(len, table.splitlines())) <= 80
    assert VERSION not in table
    assert json.loads(run("version", "questions", VERSION, "--number", "13", "--json").stdout) == ANSWER


def test_there_are_22(run: Run) -> None:
    assert run("version", "questions", VERSION, "--number", "23").exit_code == 2
