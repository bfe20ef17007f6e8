"""Checkpoints on the command line: what the node answers, and two files compared with no node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger_node.proof import checkpoint
from tests.unit.cli.conftest import Node, Run, listing, problem
from tests.unit.proof.signing import ONE, TWO, signed_by

HERE, ELSEWHERE = signed_by(ONE, TWO), signed_by(TWO, name="elsewhere")


def kept(*documents: checkpoint.SignedCheckpoint) -> dict[str, Any]:
    return {
        "number": 4711,
        "splitView": len(documents) > 1,
        "keptAt": "2026-11-22T01:02:03Z",
        "checkpoints": [checkpoint.to_json(one) for one in documents],
    }


@pytest.mark.parametrize(("documents", "status"), [((HERE,), 0), ((HERE, ELSEWHERE), 1)], ids=["one", "split view"])
def test_split_view_is_a_finding(
    run: Run, node: Node, documents: tuple[checkpoint.SignedCheckpoint, ...], status: int
) -> None:
    node.answer("GET", "/v1/checkpoints", 200, listing(kept(*documents)))
    node.answer("GET", "/v1/checkpoints/4711", 200, kept(*documents))
    for words in (("list",), ("show", "4711")):
        result = run("checkpoint", *words)
        assert result.exit_code == status, result.output
        assert "4711" in result.stdout
        assert "1, 2" in result.stdout


def test_show_writes_each_checkpoint_in_its_one_form(run: Run, node: Node, tmp_path: Path) -> None:
    node.answer("GET", "/v1/checkpoints/4711", 200, kept(HERE, ELSEWHERE))
    run("checkpoint", "show", "4711", "--out", str(tmp_path))
    written = {checkpoint.read(file.read_bytes()) for file in tmp_path.iterdir()}
    assert written == {HERE, ELSEWHERE}


def test_sign_asks_for_the_newest_or_for_one(run: Run, node: Node) -> None:
    node.answer("POST", "/v1/checkpoints/sign", 200, kept(HERE))
    assert run("checkpoint", "sign").exit_code == 0
    assert run("checkpoint", "sign", "4711").exit_code == 0
    assert [one.body for one in node.asked] == [{"number": None}, {"number": 4711}]


def test_bring_sends_the_file(run: Run, node: Node, tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.json"
    file.write_bytes(checkpoint.dump(ELSEWHERE))
    node.answer("POST", "/v1/checkpoints", 200, kept(ELSEWHERE))
    assert run("checkpoint", "bring", str(file)).exit_code == 0
    assert node.asked[-1].body == checkpoint.to_json(ELSEWHERE)
    node.answer("POST", "/v1/checkpoints", 409, problem("ML-0805", status=409))
    result = run("checkpoint", "bring", str(file), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (1, "ML-0805")


@pytest.mark.parametrize(
    ("other", "result", "status"),
    [
        (signed_by(TWO), "same", 0),
        (ELSEWHERE, "split-view", 1),
        (signed_by(TWO, number=4712, name="elsewhere"), "apart", 1),
    ],
    ids=["same", "split view", "apart"],
)
def test_compare_asks_no_node(
    run: Run, node: Node, tmp_path: Path, other: checkpoint.SignedCheckpoint, result: str, status: int
) -> None:
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    for file, of in zip(files, (HERE, other), strict=True):
        file.write_bytes(checkpoint.dump(of))
    said = run("checkpoint", "compare", *map(str, files))
    assert (said.exit_code, said.stdout.splitlines()[0]) == (status, result), said.output
    machine = run("checkpoint", "compare", *map(str, files), "--json")
    assert (machine.exit_code, json.loads(machine.stdout)["result"]) == (status, result)
    assert node.asked == []


def test_compare_refuses_what_is_no_checkpoint(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_bytes(checkpoint.dump(HERE) + b" ")
    result = run("checkpoint", "compare", str(file), str(file), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (1, "ML-0804")
