"""Exit statuses, and where errors are shown."""

from __future__ import annotations

import json
import socket

import pytest

from ledger_node import errors
from ledger_node.cli import failures
from tests.unit.cli.conftest import Node, Run, listing, problem, submission, word

CONSENT = word("c")
REVOKE = ("consent", "revoke", CONSENT)
PATH = f"/v1/consents/{CONSENT}/revoke"


@pytest.mark.parametrize(
    ("status", "answer", "exit_status"),
    [
        (200, submission(), 0),
        (200, submission("mined"), 0),
        (202, submission("sent", block=None, receiptStatus=None), 0),
        (200, submission("failed", {"error": "ConsentTokenRevoked"}), 1),
        (200, submission("replaced", {"cancelled": True}), 1),
        (202, submission("replaced"), 0),  # somebody else has its nonce, so it waits for another
        (409, problem("ML-0401", reason="REVOKED", submission=submission("failed", {})), 1),
        (409, problem("ML-0402", submission=submission("failed", {})), 1),
        (403, problem("ML-0403"), 1),
        (409, problem("ML-0404"), 1),
        (400, problem("ML-0101"), 2),
        (401, problem("ML-0201"), 2),
        (403, problem("ML-0202"), 2),
        (404, problem("ML-0301"), 2),
        (422, problem("ML-0501"), 2),
        (503, problem("ML-0503", retry="safe"), 3),
        (503, problem("ML-0601", retry="safe"), 3),
        (500, problem("ML-0000"), 3),
        (418, problem("ML-7777"), 3),
        (502, b"<html>", 3),
        (200, b"not json", 3),
    ],
)
def test_exit_status_of_a_write(node: Node, run: Run, status: int, answer: object, exit_status: int) -> None:
    node.answer("POST", PATH, status, answer)
    result = run(*REVOKE)
    assert result.exit_code == exit_status
    assert "Traceback" not in result.output
    if status >= 400:
        assert result.stdout == ""
        assert "next" in result.stderr


def test_error_says_all_in_one_panel(node: Node, run: Run) -> None:
    node.answer("POST", PATH, 409, problem("ML-0401", reason="REVOKED"))
    lines = run(*REVOKE).stderr
    for part in ("ML-0401", "the node says why", "got     this", "needed  that", "next    see what a consent"):
        assert part in lines
    assert max(map(len, lines.splitlines())) <= 80


def test_a_conflict_names_commands_that_show_the_state(node: Node, run: Run) -> None:
    node.answer("POST", PATH, 409, problem("ML-0404"))
    assert "medledger consent show" in json.loads(run(*REVOKE, "--json").stderr)["next"]


def test_error_as_json_is_one_problem_on_stderr(node: Node, run: Run) -> None:
    node.answer("POST", PATH, 409, problem("ML-0401", reason="REVOKED", submission=submission("failed", {})))
    for words in ((*REVOKE, "--json"), ("--json", *REVOKE)):
        result = run(*words)
        assert result.stdout == ""
        said = json.loads(result.stderr)
        assert (said["code"], said["reason"], said["exitStatus"]) == ("ML-0401", "REVOKED", 1)
        assert said["submission"]["state"] == "failed"
        assert {"type", "title", "detail", "got", "needed", "retry", "next"} <= said.keys()


def test_an_uncertain_write_names_its_key(node: Node, run: Run) -> None:
    node.answer("POST", PATH, 504, b"")
    result = run(*REVOKE, "--idempotency-key", "my-key")
    assert result.exit_code == 3
    assert "--idempotency-key my-key" in result.stderr
    assert {one.headers["idempotency-key"] for one in node.asked} == {"my-key"}


def test_a_dead_node(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        result = run(*REVOKE, url=f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert result.exit_code == 3
    assert "ML-0903" in result.stderr
    assert "medledger node run" in result.stderr


@pytest.mark.parametrize("words", [("nonsense",), ("consent", "nonsense"), ("consent", "issue"), (*REVOKE, "--no")])
def test_usage_is_status_2(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
    result = run(*words, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stderr)["code"] == "ML-0101"


def test_a_fault_of_the_program(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr("ledger_node.client.consents.Consents.revoke", broken)
    result = run(*REVOKE)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "a secret" not in result.stderr
    assert "ML-0000" in result.stderr
    debugged = run(*REVOKE, "--debug")
    assert isinstance(debugged.exception, KeyError)


@pytest.mark.parametrize(("permitted", "reason", "status"), [(True, "OK", 0), (False, "EXPIRED", 1)])
def test_consent_check(node: Node, run: Run, permitted: bool, reason: str, status: int) -> None:
    answer = {"asOfBlock": 1, "indexLag": None, "reason": reason, "permitted": permitted}
    node.answer("POST", f"/v1/consents/{CONSENT}/check", 200, answer)
    words = ("consent", "check", CONSENT, "--operation", "TRAIN", "--purpose", "HRESCH", "--dataset", word("d"))
    result = run(*words, "--version", "2", "--json")
    assert result.exit_code == status
    assert json.loads(result.stdout) == answer
    assert result.stderr == ""
    node.answer("GET", f"/v1/datasets/{word('d')}/versions", 200, listing())
    shown = run(*words)
    assert (shown.exit_code, reason in shown.stdout) == (status, True)


@pytest.mark.parametrize(("equal", "status"), [(True, 0), (False, 1)])
def test_index_rebuild(node: Node, run: Run, equal: bool, status: int) -> None:
    node.answer("POST", "/v1/index/rebuild", 200, {"before": word("1"), "after": word("2"), "equal": equal})
    assert run("index", "rebuild").exit_code == status


def test_every_error_has_a_status_and_a_next_step() -> None:
    for kind in errors.all_errors():
        error = kind("why")
        assert failures.status_of(error) in (1, 2, 3)
        assert failures.next_step(error)
