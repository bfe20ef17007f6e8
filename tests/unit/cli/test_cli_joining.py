"""`network join` asks at a terminal for what was not said, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ledger_node.cli.app import app
from ledger_node.domain.codes import Capability
from ledger_node.errors import NetworkState
from ledger_node.joining import beginning
from ledger_node.joining.beginning import Choices
from ledger_node.joining.folder import Folder

Join = Callable[..., Result]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Choices]:
    """What each call would begin with; it ends there."""
    found = []

    def begin(place: Folder, choices: Choices, password: Callable[[], str]) -> None:
        found.append(choices)
        password()
        raise NetworkState("far enough")

    monkeypatch.setattr(beginning, "begin", begin)
    return found


@pytest.fixture
def join(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Join:
    def call(*words: str, answers: list[str] | None = None) -> Result:
        for module in ("asking", "joining"):
            monkeypatch.setattr(f"ledger_node.cli.{module}.can_ask", lambda: answers is not None)
        typed = "".join(f"{answer}\n" for answer in answers or ())
        return CliRunner().invoke(app, ["network", "join", "--dir", str(tmp_path / "new"), *words], input=typed)

    return call


def test_everything_is_asked_that_was_not_said(join: Join, begun: list[Choices]) -> None:
    answers = [
        "Clinic",
        "custodian, publisher",
        "no",
        "r.json",
        "http://127.0.0.1:8545",
        "qbft",
        "secret",
        "secret",
    ]
    asked = join("--port", "8700", answers=answers)
    assert "far enough" in asked.stderr
    assert "secret" not in asked.output
    both = Capability.CUSTODIAN | Capability.PUBLISHER
    expected = Choices("Clinic", both, False, Path("r.json"), "http://127.0.0.1:8545", "qbft", 8700)
    assert begun == [expected]


def test_what_was_said_is_not_asked(join: Join, begun: list[Choices]) -> None:
    words = ["--name", "Clinic", "--capability", "REGULATOR", "--for-profit", "--deployment", "r.json", "--rpc", "u"]
    join(*words, "--engine", "clique", answers=["secret", "secret"])
    assert (begun[0].name, begun[0].capabilities, begun[0].for_profit) == ("Clinic", Capability.REGULATOR, True)


@pytest.mark.parametrize(
    ("answers", "needed"),
    [
        (["Clinic", "king"], "CUSTODIAN, PUBLISHER, REGULATOR"),
        (["Clinic", "custodian", "perhaps"], "yes or no"),
        (["Clinic", "custodian", "yes", "r.json", "u", "tendermint"], "anvil or clique or qbft"),
    ],
)
def test_answer_that_cannot_be_is_named(join: Join, begun: list[Choices], answers: list[str], needed: str) -> None:
    refused = join(answers=answers)
    assert (refused.exit_code, begun) == (2, [])
    assert needed in refused.stderr


def test_nobody_is_asked_without_a_terminal(join: Join, begun: list[Choices]) -> None:
    assert "--admin-password-file FILE" in join().stderr
    assert begun == [Choices()]


def test_member_is_asked_with_a_key(join: Join, begun: list[Choices]) -> None:
    refused = join("--member-node", "http://127.0.0.1:1")
    assert (refused.exit_code, begun) == (2, [])
    assert "--member-key" in refused.stderr
