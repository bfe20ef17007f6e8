"""`medledger api-key`: what a steward of the node types, and what its store holds afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "node.toml"
    file.write_text('database = "sqlite:///node.db"\n')
    return str(file)


def test_key_is_made_shown_once_listed_and_revoked(run: Run, config: str, tmp_path: Path) -> None:
    words = ("dashboard", "--role", "auditor", "--only", "read", "--only", "recalls", "--expires", "30d")
    made = json.loads(run("api-key", "make", *words, "--config", config, "--json").stdout)
    assert made["key"].startswith("mlk_")
    assert (made["reach"], made["state"]) == (["read", "recalls"], "valid")
    listed = run("api-key", "list", "--config", config, "--json").stdout
    assert json.loads(listed)["items"] == [{name: value for name, value in made.items() if name != "key"}]
    assert made["key"] not in listed + run("api-key", "list", "--config", config).stdout
    assert made["key"].encode() not in (tmp_path / "node.db").read_bytes()
    assert json.loads(run("api-key", "revoke", made["id"], "--config", config, "--json").stdout)["state"] == "revoked"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("make", "x", "--role", "doctor"), "--role"),
        (("make", "x", "--role", "auditor", "--only", "patients"), "--only"),
        (("make", "x", "--role", "auditor", "--only", "health"), "--only"),
        (("make", "", "--role", "auditor"), "LABEL"),
        (("make", "x" * 65, "--role", "auditor"), "LABEL"),
        (("make", "x", "--role", "auditor", "--expires", "2020-01-01"), "--expires"),
        (("revoke", "zz"), "ID"),
        (("revoke", "0" * 12), "no such key"),
    ],
)
def test_what_names_no_key_is_refused(run: Run, config: str, words: tuple[str, ...], said: str) -> None:
    result = run("api-key", *words, "--config", config)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
