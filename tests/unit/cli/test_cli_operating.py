"""An operator's commands: what they ask, what they say, how they end."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.conftest import Node, Run, listing, submission, word

WRITE = "/v1/submissions/one"


@pytest.mark.parametrize(
    ("state", "outcome", "said"),
    [("replaced", {"cancelled": True}, "taken back"), ("signed", {}, "one of two will be mined")],
)
def test_cancel(node: Node, run: Run, state: str, outcome: dict[str, object], said: str) -> None:
    node.answer("POST", f"{WRITE}/cancel", 200, submission(state, outcome))
    result = run("submission", "cancel", "one")
    assert (result.exit_code, said in result.stderr, state in result.stdout) == (0, True, True)


def test_resend_shows_the_write(node: Node, run: Run) -> None:
    node.answer("POST", f"{WRITE}/resend", 200, submission("signed"))
    result = run("submission", "resend", "one", "--json")
    assert json.loads(result.stdout)["state"] == "signed"


@pytest.mark.parametrize(("act", "paused"), [("pause", "operator"), ("resume", None)])
def test_pause_and_resume(node: Node, run: Run, act: str, paused: str | None) -> None:
    node.answer("POST", f"/v1/node/{act}", 200, {"paused": paused})
    result = run("node", act)
    assert result.exit_code == 0
    assert ("medledger node resume" in result.stderr) == (paused is not None)
    assert json.loads(run("node", act, "--json").stdout) == {"paused": paused}


def test_reads_on_record_are_shown(node: Node, run: Run) -> None:
    one = {"number": 7, "readAt": "2026-11-22T01:02:03Z", "caller": "key 3f0c51a2b77d desk", "asOfBlock": 9}
    one |= {"operation": "get_consent", "subject": word("a")}
    node.answer("GET", "/v1/reads", 200, listing(one, {**one, "number": 6, "subject": None, "asOfBlock": None}))
    result = run("node", "reads", "--json")
    assert (result.exit_code, json.loads(result.stdout)["items"][0]) == (0, one)
    assert "get_consent" in run("node", "reads").stdout


def test_alarms_are_a_finding(node: Node, run: Run) -> None:
    node.answer("GET", "/v1/node/alarms", 200, listing())
    assert run("node", "alarms").exit_code == 0
    one = {"nonce": 7, "transaction": word("a"), "block": 9, "raisedAt": "2026-11-22T01:02:03Z"}
    node.answer("GET", "/v1/node/alarms", 200, listing(one))
    result = run("node", "alarms", "--json")
    assert (result.exit_code, json.loads(result.stdout)["items"]) == (1, [one])
    assert "0xaaaaaaaa" in run("node", "alarms").stdout
