"""What a hospital took back, put together from four answers of its node."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.conftest import Asked, Node, Run, listing, problem, word
from tests.unit.cli.test_cli_consents import LOG, consent

STOPPED, REPLACED, OTHER, DATASET, UNTOUCHED, RECEIPT = (word(digit) for digit in "126378")
US = {"number": 1, "name": "Universitätsklinikum " * 4}


def version(number: int, supersession: str, day: int) -> dict[str, object]:
    return {
        "number": number,
        "publishedAt": f"2026-11-{day:02}T00:00:00Z",
        "root": word("a"),
        "cardDigest": word("b"),
        "attestationDigest": word("c"),
        "options": [113100],
        "sizeClass": "FROM_100",
        "claim": "PSEUDONYMISED",
        "supersession": supersession,
        "optOutCheckedAt": None,
        "derivation": None,
        "epsilonSpent": 0,
        "usable": True,
    }


def affected(made: str, run: str, number: int, *derived: int) -> dict[str, object]:
    """Of a version of the dataset; by way of a derived one when more numbers are given."""
    used = DATASET if not derived else OTHER
    path = [{"dataset": DATASET, "version": number}, *({"dataset": OTHER, "version": one} for one in derived)]
    return {
        "version": word(made),
        "modelNumber": 1,
        "model": word("e"),
        "run": word(run),
        "dataset": used,
        "datasetVersion": derived[-1] if derived else number,
        "consent": STOPPED,
        "derived": path if derived else [],
        "standing": "REVOKED",
        "revokedFor": "BREACH",
        "tainted": True,
        "through": [word(made)],
    }


def as_of_block(asked: Asked) -> tuple[int, object]:
    """What a node says of the consortium: a time is a block to it, nothing its newest."""
    at = asked.path.partition("asOf=")[2]
    thresholds = {"all": 5000, "custodians": 5000}
    said = {"thresholds": thresholds, "generation": 1, "members": 4}
    return 200, {**said, "asOfBlock": 12 if not at else int(at) if at.isdigit() else 7, "indexLag": 0}


@pytest.fixture
def scripted(node: Node) -> Node:
    ours = {**US, "capabilities": ["CUSTODIAN"]}
    about = {"operator": "0x", "chainId": 1, "genesis": word("0"), "contracts": {}, "head": 12, "version": "0"}
    node.answer(
        "GET",
        "/v1/node",
        200,
        {"asOfBlock": 12, "indexLag": 0, "organisation": ours, **about, "blobs": "ok", "submissions": {}},
    )
    node.answers["GET", "/v1/consortium"] = as_of_block
    lifted = {**LOG[0], "act": "REINSTATED_BY_GRANTOR", "reason": "STEWARD_DECISION"}
    replaced = {**LOG[1], "reason": "SUPERSEDED", "actor": US}
    found = [
        consent(STOPPED, "REVOKED", log=[LOG[0], lifted, LOG[1]]),
        consent(REPLACED, "REVOKED", log=[replaced], supersededBy=OTHER),
        consent(OTHER),
    ]
    node.answer("GET", "/v1/consents", 200, listing(*found))
    node.answer("GET", f"/v1/consents/{STOPPED}/impact", 200, listing(affected("4", "5", 1)))
    held = [{"id": one, "number": 1, "custodian": US, "cardDigest": word("a"), "block": 2} for one in "37"]
    node.answer("GET", "/v1/datasets", 200, listing(*({**one, "id": word(str(one["id"]))} for one in held)))
    versions = [version(1, "FIRST", 20), version(2, "EXTENSION", 21), version(3, "WITHDRAWAL", 22)]
    node.answer("GET", f"/v1/datasets/{DATASET}/versions", 200, listing(*versions))
    node.answer("GET", f"/v1/datasets/{UNTOUCHED}/versions", 200, listing(version(1, "FIRST", 20)))
    erased = {"version": 3, "receiptDigest": RECEIPT, "erasedAt": "2026-11-25T00:00:00Z", "block": 9}
    node.answer("GET", f"/v1/datasets/{DATASET}/erasures", 200, listing(erased))
    node.answer("GET", f"/v1/datasets/{UNTOUCHED}/erasures", 200, listing())
    downstream = [affected("4", "5", 1), affected("9", "5", 2, 4), affected("9", "5", 2, 5), affected("f", "d", 3)]
    node.answer("GET", f"/v1/datasets/{DATASET}/impact", 200, listing(*downstream))
    return node


@pytest.mark.usefixtures("scripted")
def test_what_was_taken_back_in_its_order(run: Run) -> None:
    answer = json.loads(run("withdrawal", "list", "--json").stdout)
    assert answer["asOfBlock"] == 12
    told = [
        (one["act"], one["reason"], one["actor"] and one["actor"]["number"], one["modelVersions"], one["runs"])
        for one in answer["items"]
    ]
    assert told == [
        ("SUPERSEDED", "WITHDRAWAL", 1, 2, 1),
        ("SUSPENDED_BY_REGULATOR", "REGULATOR_ORDER", 3, 1, 1),
        ("REVOKED", "BREACH", None, 1, 1),
        ("ERASED", None, 1, 1, 1),
    ]
    ended, suspended, _, erased = answer["items"]
    assert (ended["version"], ended["supersededBy"], ended["dataset"]) == (2, 3, DATASET)
    assert (suspended["consent"], suspended["standing"], suspended["version"]) == (STOPPED, "REVOKED", None)
    assert (erased["version"], erased["receiptDigest"], erased["at"]) == (3, RECEIPT, "2026-11-25T00:00:00Z")


def test_every_question_is_as_of_one_block(scripted: Node, run: Run) -> None:
    assert run("withdrawal", "list").exit_code == 0
    assert {one.path.partition("asOf=")[2].partition("&")[0] for one in scripted.asked[2:]} == {"12"}
    assert not [one for one in scripted.asked if f"{UNTOUCHED}/impact" in one.path or REPLACED in one.path]
    assert "grantor=1" in scripted.asked[2].path
    scripted.asked.clear()
    assert run("withdrawal", "list", "--as-of", "9", "--dataset", DATASET).exit_code == 0
    assert {one.path.partition("asOf=")[2].partition("&")[0] for one in scripted.asked[2:]} == {"9"}
    assert not [one for one in scripted.asked if UNTOUCHED in one.path]
    at_a_time = run("withdrawal", "list", "--as-of", "2026-01-02T03:04:05Z", "--json")
    assert json.loads(at_a_time.stdout)["asOfBlock"] == 7
    assert run("withdrawal", "list", "--dataset", "0x12").exit_code == 2


@pytest.mark.usefixtures("scripted")
def test_people_see_80_columns_and_whole_ids(run: Run) -> None:
    lines = run("withdrawal", "list").stdout.splitlines()
    assert max(map(len, lines)) <= 82  # an id stands whole on its line
    assert max(len(line) for line in lines if "0x" not in line) <= 80
    told = [" ".join(line.split()) for line in lines]
    for line in (f"1 dataset {DATASET}", "1 version 1:2, by 3", f"3 consent {STOPPED}", f"4 receipt {RECEIPT}"):
        assert line in told


def test_nothing_and_a_node_that_refuses_are_told(scripted: Node, run: Run) -> None:
    scripted.answer("GET", "/v1/consents", 200, listing())
    scripted.answer("GET", "/v1/datasets", 200, listing())
    assert run("withdrawal", "list").stdout == "nothing was withdrawn\n"
    scripted.answer("GET", "/v1/datasets", 401, problem("ML-0201", status=401))
    assert run("withdrawal", "list").exit_code == 2
