"""`medledger mlflow sync`: what is refused before anybody is asked, and what people see."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from ledger_node.cli.mlflow import listed
from ledger_node.errors import StateConflict
from ledger_node.mlflow.registered import RegisteredVersion
from ledger_node.mlflow.syncing import Result
from tests.unit.cli.conftest import Run, word

VERSION = RegisteredVersion("liver", 3, "r1", "models:/m-1", True, {})


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ((), "MLFLOW_TRACKING_URI"),
        (("--tracking-uri", "http://127.0.0.1:1", "--model", "liver"), "NAME="),
        (("--tracking-uri", "http://127.0.0.1:1", "--model", "liver=0x12"), "64"),
        (("--tracking-uri", "http://127.0.0.1:1", "--card", "card.json"), "one --model"),
    ],
)
def test_what_cannot_be_is_refused_first(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], needed: str
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    result = run("mlflow", "sync", *words)
    assert result.exit_code == 2
    assert needed in result.stderr


def test_card_file_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("[]")
    model = f"liver={word('a')}"
    result = run(
        *("mlflow", "sync", "--tracking-uri", "http://127.0.0.1:1"),
        *("--model", model, "--card", str(tmp_path / "card.json")),
    )
    assert result.exit_code == 2
    assert "one JSON object" in result.stderr


def test_people_see_what_became_of_each_version_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    done = Result(VERSION, "published", word("a"), "PUBLISHED", word("b"), ("loss",))
    failed = Result(VERSION, "failed", problem=StateConflict("the run is open", got="OPEN", needed="--close"))
    console = Console(width=80)
    for part in listed([done, failed]):
        console.print(part)
    shown = capsys.readouterr().out
    for said in ("published", "PUBLISHED", "loss", "ML-0404", "the run is open", "--close"):
        assert said in shown
    assert "medledger.publish" in "".join(map(str, listed([])))
