"""Looking at facts: each list and each one, as tables and as JSON; searches by the words of cards."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Node, Run, listing, word

ID, OTHER = word("a"), word("b")
WHO = {"number": 2, "name": "Institute"}
STAMP = {"asOfBlock": 12, "indexLag": 0}
TIME = "2026-11-22T01:02:03Z"
DATASET = {"id": ID, "number": 1, "custodian": WHO, "cardDigest": OTHER, "block": 3}
DATASET_VERSION = {
    **{"number": 7, "publishedAt": TIME, "root": OTHER, "cardDigest": OTHER, "attestationDigest": OTHER},
    **{"options": [113100], "sizeClass": "FROM_100", "claim": "PSEUDONYMISED", "supersession": "FIRST"},
    **{"optOutCheckedAt": None, "derivation": None, "epsilonSpent": 0, "usable": True},
}
MODEL = {"id": ID, "number": 1, "publisher": WHO, "cardDigest": OTHER, "block": 3}
VERSION = {
    **{"id": ID, "model": OTHER, "publisher": WHO, "number": 7, "publishedAt": TIME, "run": None},
    **{"artifactDigest": OTHER, "cardDigest": OTHER, "parents": [], "lifecycle": "RELEASED", "forSale": False},
    **{"steps": [{"lifecycle": "RELEASED", "forSale": False, "steppedAt": TIME, "block": 9}]},
    **{"standingRecalls": 0, "recalls": [], "block": 4},
}
ROUND = {"number": 7, "epsilon": 5, "openedAt": TIME, "answers": [], "aggregateDigest": None, "closedAt": None}
RUN = {
    **{"id": ID, "publisher": WHO, "model": OTHER, "cardDigest": OTHER, "codeDigest": None, "containerDigest": None},
    **{"scope": {"purposes": ["HRESCH"], "regions": [], "condition": None, "projectRef": None}, "openedAt": TIME},
    **{"inputs": [{"dataset": OTHER, "version": 1, "consent": OTHER, "operation": "TRAIN"}], "makesWeights": True},
    **{"rounds": [ROUND], "outcome": "COMPLETED", "resultDigest": None, "closedAt": None, "block": 5},
}
USE = {
    **{"consent": ID, "subject": OTHER, "version": 7, "operation": "TRAIN", "purposes": ["HRESCH"]},
    **{"rounds": 0, "epsilon": 0, "block": 6},
}
SCHEMA = {"name": "run-card", "version": 7, "format": "medledger-run-card/7", "title": "A run", "about": "…"}
ERASURE = {"version": 7, "receiptDigest": OTHER, "erasedAt": TIME, "block": 8}
LISTS = [
    (("dataset", "list"), "/v1/datasets", DATASET, "Institute"),
    (("dataset", "versions", ID), f"/v1/datasets/{ID}/versions", DATASET_VERSION, "FROM_100"),
    (("dataset", "erasures", ID), f"/v1/datasets/{ID}/erasures", ERASURE, "0xbbbbbbbb"),
    (("model", "list"), "/v1/models", MODEL, "Institute"),
    (("model", "versions", ID), f"/v1/models/{ID}/versions", VERSION, "RELEASED"),
    (("version", "list"), "/v1/versions", VERSION, "RELEASED"),
    (("run", "list"), "/v1/runs", RUN, "COMPLETED"),
    (("run", "rounds", ID), f"/v1/runs/{ID}/rounds", ROUND, TIME[:10]),
    (("consent", "uses", ID), f"/v1/consents/{ID}/uses", USE, "TRAIN"),
]
ONES = [
    (("dataset", "show", ID), f"/v1/datasets/{ID}", {**DATASET, "versions": [DATASET_VERSION]}, "FROM_100"),
    (("model", "show", ID), f"/v1/models/{ID}", {**MODEL, "versions": [VERSION]}, "RELEASED"),
    (("version", "show", ID), f"/v1/versions/{ID}", VERSION, "standing recalls"),
    (("run", "show", ID), f"/v1/runs/{ID}", RUN, "purposes: HRESCH"),
]


@pytest.mark.parametrize(("command", "path", "one", "said"), LISTS)
def test_a_list(node: Node, run: Run, command: tuple[str, ...], path: str, one: dict[str, object], said: str) -> None:
    node.answer("GET", path, 200, listing(one))
    shown = run(*command)
    assert (shown.exit_code, said in shown.stdout) == (0, True), shown.output
    assert ("id" not in one) or str(one["id"]) in shown.stdout  # whole, to be copied
    assert json.loads(run(*command, "--json").stdout)["items"] == [one]


@pytest.mark.parametrize(("command", "path", "one", "said"), ONES)
def test_one(node: Node, run: Run, command: tuple[str, ...], path: str, one: dict[str, object], said: str) -> None:
    node.answer("GET", path, 200, {**STAMP, **one})
    shown = run(*command)
    assert (shown.exit_code, said in shown.stdout, ID in shown.stdout) == (0, True, True), shown.output
    assert json.loads(run(*command, "--json").stdout) == {**STAMP, **one}


@pytest.mark.parametrize("noun", ["dataset", "model", "version"])
def test_a_search_says_what_could_not_be_searched(node: Node, run: Run, noun: str) -> None:
    one = {"dataset": DATASET, "model": MODEL, "version": VERSION}[noun]
    node.answer("GET", f"/v1/{noun}s", 200, {**listing(one), "unreadCards": 3})
    shown = run(noun, "list", "--text", "ultrasound mamm*")
    assert (shown.exit_code, ID in shown.stdout, "3 cards" in shown.stderr) == (0, True, True), shown.output
    assert all("text=ultrasound+mamm" in asked.path for asked in node.asked)
    assert json.loads(run(noun, "list", "--text", "x", "--json").stdout) == {"items": [one], "unreadCards": 3}
    assert "unreadCards" not in json.loads(run(noun, "list", "--json").stdout)


def test_schemas(node: Node, run: Run) -> None:
    node.answer("GET", "/v1/schemas", 200, {"items": [SCHEMA]})
    node.answer("GET", "/v1/schemas/run-card/7", 200, {"title": "A run", "type": "object"})
    assert "medledger-run-card/7" in run("schema", "list").stdout
    assert json.loads(run("schema", "show", "run-card", "7").stdout) == {"title": "A run", "type": "object"}
    assert run("schema", "show", "run-card", "8").exit_code == 2


def test_documents_go_in_and_out(node: Node, run: Run, tmp_path: Path) -> None:
    content = '{"a":"ü"}'.encode()
    file, digest = tmp_path / "card.json", "0x" + hashlib.sha256(content).hexdigest()
    file.write_bytes(content)
    node.answer("POST", "/v1/blobs", 201, {"digest": digest, "cid": "b", "size": 10})
    node.answer("GET", f"/v1/blobs/{digest}", 200, content)
    stored = run("blobs", "put", str(file))
    assert (stored.exit_code, digest in stored.stdout) == (0, True), stored.output
    assert json.loads(run("blobs", "show", digest).stdout) == {"a": "ü"}


def test_whose_node_it_is(node: Node, run: Run) -> None:
    found = {
        **{**STAMP, "organisation": {**WHO, "capabilities": ["PUBLISHER"]}, "operator": "0x" + "00" * 20},
        **{"chainId": 31_343, "genesis": ID, "contracts": {}, "head": 12, "version": "1", "blobs": "ok"},
        "submissions": {},
    }
    node.answer("GET", "/v1/node", 200, found)
    shown = run("node", "show")
    assert (shown.exit_code, "31343" in shown.stdout) == (0, True), shown.output
