"""Evidence: fetched whole, verified with nothing but two files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Node, Run, word
from tests.unit.proof.synthetic import Chain, bundle_bytes, lineage


@pytest.fixture(scope="module")
def chain() -> Chain:
    """The chain in memory that the proofs are tested with."""
    return Chain(lineage())


@pytest.fixture
def files(chain: Chain, tmp_path: Path) -> tuple[Path, Path]:
    bundle, trust = tmp_path / "bundle.json", tmp_path / "trust.json"
    bundle.write_bytes(bundle_bytes(chain))
    trust.write_text(json.dumps(chain.trust()))
    return bundle, trust


def test_verify_says_verified(run: Run, files: tuple[Path, Path]) -> None:
    bundle, trust = files
    result = run("evidence", "verify", str(bundle), "--trust", str(trust))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("verified\n")
    machine = run("evidence", "verify", str(bundle), "--trust", str(trust), "--json")
    assert json.loads(machine.stdout)["result"] == "verified"
    assert machine.stderr == ""


def test_verify_without_trust_is_a_finding(run: Run, files: tuple[Path, Path]) -> None:
    result = run("evidence", "verify", str(files[0]), "--json")
    assert (result.exit_code, json.loads(result.stdout)["result"]) == (1, "unanchored")


def test_verify_of_another_chain_is_a_finding(run: Run, files: tuple[Path, Path]) -> None:
    bundle, trust = files
    other = json.loads(trust.read_bytes()) | {"genesis": word("a")}
    trust.write_text(json.dumps(other))
    result = run("evidence", "verify", str(bundle), "--trust", str(trust), "--json")
    assert (result.exit_code, json.loads(result.stdout)["result"]) == (1, "failed")


def test_verify_of_what_cannot_be_read(run: Run, files: tuple[Path, Path]) -> None:
    bundle, trust = files
    trust.write_text("{}")
    result = run("evidence", "verify", str(bundle), "--trust", str(trust), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "ML-0802")
    bundle.write_bytes(b" " + bundle.read_bytes())
    result = run("evidence", "verify", str(bundle), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (1, "ML-0801")


def test_fetch_writes_the_bytes_as_they_came(node: Node, run: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    version, out = word("1"), tmp_path / "out.json"
    node.answer("GET", f"/v1/versions/{version}/evidence", 200, b'{ "as": "they came" }')
    assert run("evidence", "fetch", version, "--out", str(out)).exit_code == 0
    assert out.read_bytes() == b'{ "as": "they came" }'
    assert run("evidence", "fetch", version, "--out", str(out), "--as-of", "7").exit_code == 0
    assert run("evidence", "fetch", version, "--out", str(out), "--trust", str(files[1])).exit_code == 0
    checkpoint = json.loads(files[1].read_bytes())["checkpoint"]["number"]
    asked = [one.path.partition("?")[2] for one in node.asked]
    assert asked == ["", "asOf=7", f"asOf={checkpoint}"]


def test_a_failed_fetch_leaves_the_old_file(node: Node, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    out.write_text("old")
    assert run("evidence", "fetch", word("1"), "--out", str(out)).exit_code == 2
    assert out.read_text() == "old"


def test_trust_is_written(node: Node, run: Run, tmp_path: Path) -> None:
    node.answer("GET", "/v1/node/trust", 200, b"{}")
    out = tmp_path / "trust.json"
    result = run("evidence", "trust", "--out", str(out), "--json")
    assert json.loads(result.stdout)["bytes"] == 2
    assert out.read_bytes() == b"{}"
    assert run("evidence", "trust", "--out", str(tmp_path / "no" / "trust.json")).exit_code == 2
