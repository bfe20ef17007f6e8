"""Nodes by name: whom a command goes to, with which key."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ledger_node.cli import profiles
from ledger_node.cli.app import app

from .conftest import Node

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setattr("typer.get_app_dir", lambda _name: str(tmp_path / "config"))

    def run(*words: str, **environment: str) -> tuple[int, str]:
        result = CliRunner(env={"COLUMNS": "80", **environment}).invoke(app, list(words))
        return result.exit_code, result.output

    return run


@pytest.fixture
def key(tmp_path: Path) -> Path:
    (tmp_path / "ward.key").write_text("the-ward-key\n")
    return tmp_path / "ward.key"


def test_a_command_goes_where_the_profile_says(call: Call, node: Node, key: Path) -> None:
    node.answer("GET", "/v1/consents", 200, {"asOfBlock": 1, "indexLag": 0, "items": [], "next": None})
    assert call("profile", "add", "ward", node.url, "--key-file", str(key))[0] == 0
    assert call("profile", "add", "away", "http://127.0.0.1:9")[0] == 0
    for words in (
        ("consent", "list"),
        ("--profile", "ward", "consent", "list"),
        ("consent", "list", "--profile", "ward"),
    ):
        assert call(*words)[0] == 0
        assert node.asked[-1].headers["authorization"] == "Bearer the-ward-key"
    assert call("consent", "list", MEDLEDGER_PROFILE="ward", MEDLEDGER_KEY="other")[0] == 0
    assert node.asked[-1].headers["authorization"] == "Bearer other"
    asked = len(node.asked)
    assert call("consent", "list", "--profile", "away")[0] == 3
    assert call("profile", "use", "away")[0] == 0
    assert call("consent", "list")[0] == 3
    assert len(node.asked) == asked


def test_a_key_of_a_profile_goes_to_its_own_node_alone(call: Call, node: Node, key: Path) -> None:
    node.answer("GET", "/v1/consents", 200, {"asOfBlock": 1, "indexLag": 0, "items": [], "next": None})
    call("profile", "add", "ward", "http://127.0.0.1:9", "--key-file", str(key))
    assert call("consent", "list", "--node", node.url)[0] == 0
    assert call("consent", "list", MEDLEDGER_NODE=node.url)[0] == 0
    assert all("authorization" not in one.headers for one in node.asked)


def test_profiles_are_listed_and_removed(call: Call, key: Path) -> None:
    assert json.loads(call("profile", "list", "--json")[1]) == {"items": []}
    call("profile", "add", "ward", "http://127.0.0.1:8600/", "--key-file", str(key))
    call("profile", "add", "lab", "http://127.0.0.1:8601")
    items = json.loads(call("profile", "list", "--json")[1])["items"]
    assert [(one["name"], one["node"], one["chosen"]) for one in items] == [
        ("lab", "http://127.0.0.1:8601", False),
        ("ward", "http://127.0.0.1:8600", True),
    ]
    assert "*ward" in call("profile", "list")[1]
    assert stat.S_IMODE(profiles.place().stat().st_mode) == 0o600
    assert "the-ward-key" not in profiles.place().read_text()
    assert call("profile", "remove", "ward")[0] == 0
    assert [one["chosen"] for one in json.loads(call("profile", "list", "--json")[1])["items"]] == [False]
    assert key.exists()


def test_what_cannot_be_is_said(call: Call, tmp_path: Path) -> None:
    for words in (
        ("add", "ward", "ftp://somewhere"),
        ("add", "ward", "http://127.0.0.1:8600", "--key-file", str(tmp_path / "missing")),
        ("add", "", "http://127.0.0.1:8600"),
        ("use", "nobody"),
        ("remove", "nobody"),
    ):
        assert call("profile", *words)[0] != 0
        assert not profiles.place().exists()
    assert "medledger profile add" in call("consent", "list", "--profile", "nobody")[1]
    profiles.place().parent.mkdir(parents=True)
    for broken in ("{", "[]", '{"profiles": [{}]}', '{"profiles": 1, "chosen": null}'):
        profiles.place().write_text(broken)
        status, said = call("profile", "list")
        assert (status, "ML-0901" in said) == (2, True)
