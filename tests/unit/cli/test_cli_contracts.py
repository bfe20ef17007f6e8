"""`medledger contracts verify`: what was typed, what is missing. On a real chain: tests/integration."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from ledger_node.chain import source
from ledger_node.config import deployment_json
from ledger_node.domain.command import CONTRACT_NAMES, Contracts, Deployment
from ledger_node.errors import InvalidField, ToolMissing
from tests.unit.cli.conftest import Run, word

NOBODY = "http://127.0.0.1:9"  # the port of the discard service, where nothing listens


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    contracts = Contracts(**{name: "0x" + f"{n:040x}" for n, name in enumerate(CONTRACT_NAMES)})
    file = tmp_path / "deployment.json"
    file.write_text(deployment_json(Deployment(1, word("a"), 1, contracts, dict.fromkeys(CONTRACT_NAMES, word("b")))))
    return file


def program(file: Path, says: str) -> Path:
    """A program that says this and nothing else."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\necho '{says}'\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def problem(run: Run, *words: str) -> tuple[int, str]:
    result = run("contracts", "verify", "--json", *words)
    return result.exit_code, json.loads(result.stderr)["code"]


def test_record_must_be_given(run: Run) -> None:
    assert run("contracts", "verify").exit_code == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "ML-0101"), ("no JSON", "ML-0111"), ("{}", "ML-0901"), ('{"format": "medledger-trust/2"}', "ML-0802")],
)
def test_record_that_cannot_be_read(run: Run, tmp_path: Path, content: str | None, code: str) -> None:
    file = tmp_path / "deployment.json"
    if content is not None:
        file.write_text(content)
    assert problem(run, "--deployment", str(file)) == (2, code)


@pytest.mark.parametrize(("part", "value"), [("contracts", "0x12"), ("contracts", word("0")), ("codeHashes", "0xzz")])
def test_record_with_malformed_hex(run: Run, deployment: Path, part: str, value: str) -> None:
    content = json.loads(deployment.read_text())
    content[part]["consents"] = value
    deployment.write_text(json.dumps(content))
    assert problem(run, "--deployment", str(deployment)) == (2, "ML-0901")


def test_chain_that_does_not_answer_is_a_fault(run: Run, deployment: Path) -> None:
    assert problem(run, "--deployment", str(deployment), "--rpc", NOBODY) == (3, "ML-0601")


@pytest.mark.parametrize("says", ["Version: 0.8.29+commit.ab55807c.Linux.g++", "hello"])
def test_given_compiler_of_another_version(run: Run, deployment: Path, tmp_path: Path, says: str) -> None:
    solc = program(tmp_path / "solc", says)
    assert problem(run, "--deployment", str(deployment), "--solc", str(solc)) == (2, "ML-0101")


def test_given_compiler_that_is_absent(run: Run, deployment: Path, tmp_path: Path) -> None:
    assert problem(run, "--deployment", str(deployment), "--solc", str(tmp_path / "none")) == (2, "ML-0101")


def test_no_compiler_at_all(run: Run, deployment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "CHECKOUT", tmp_path)
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("contracts", "verify", "--json", "--deployment", str(deployment))
    said = json.loads(result.stderr)
    assert (result.exit_code, said["code"]) == (3, "ML-0907")
    assert source.compiler_version() in said["needed"]


def test_compilers_are_looked_for_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = source.compiler_version()
    says = f"Version: {version}+commit.73712a01"
    monkeypatch.setattr(source, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(tmp_path / "solcx"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    with pytest.raises(ToolMissing):
        source.find_solc(None)
    on_path = program(tmp_path / "path" / "solc", says)
    assert source.find_solc(None) == on_path
    installed = program(tmp_path / "solcx" / f"solc-v{version}", says)
    assert source.find_solc(None) == installed
    ours = program(tmp_path / "checkout" / "scripts" / "solc", says)
    assert source.find_solc(None) == installed  # some other project's scripts/solc
    (tmp_path / "checkout" / "foundry.toml").touch()
    assert source.find_solc(None) == ours
    program(ours, "Version: 0.8.1+commit.0")
    assert source.find_solc(None) == installed
    with pytest.raises(InvalidField):
        source.find_solc(ours)


def test_compiler_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing):
        source.compile_source(program(tmp_path / "solc", f"Version: {source.compiler_version()}+commit.73712a01"))
