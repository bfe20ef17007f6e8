"""Consents for people and for machines."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.conftest import Node, Run, listing, organisation, word

CONSENT, OTHER, DATASET = (word(digit) for digit in "123")
LONG = "Universitätsklinikum " * 4


def consent(name: str = CONSENT, state: str = "ACTIVE", **terms: object) -> dict[str, object]:
    return {
        "id": name,
        "grantor": {"number": 1, "name": LONG},
        "grantee": {"number": 4, "name": "Institut Curie"},
        "dataset": DATASET,
        "versionFrom": 1,
        "versionTo": None,
        "basis": "EHDS_PERMIT",
        "permission": "HMB",
        "modifiers": ["GS", "NPUNCU"],
        "obligations": ["NPUNCU"],
        "duo": ["DUO:0000006"],
        "purposes": ["HRESCH", "MLTRAINING"],
        "operations": ["TRAIN", "FEDERATED_ROUND"],
        "condition": None,
        "regions": ["DE", "FR"],
        "deidentification": {"required": [113100], "forbidden": []},
        "notBefore": "2026-11-22T00:00:00Z",
        "expiresAt": "2027-11-22T00:00:00Z",
        "maxRounds": 20,
        "epsilonBudget": 4_000_000,
        "projectRef": None,
        "policyDigest": word("b"),
        "request": None,
        "supersedes": OTHER,
        "supersededBy": None,
        "issuedAt": "2026-11-22T05:34:02Z",
        "block": 3,
        "state": state,
        "roundsUsed": 5,
        "epsilonSpent": 500_000,
        "log": [],
        **terms,
    }


LOG = [
    {
        "act": "SUSPENDED_BY_REGULATOR",
        "actor": {"number": 3, "name": "Behörde"},
        "reason": "REGULATOR_ORDER",
        "at": "2026-11-23T00:00:00Z",
        "until": "2026-12-01T00:00:00Z",
    },
    {"act": "REVOKED", "actor": None, "reason": "BREACH", "at": "2026-11-24T00:00:00Z", "until": None},
]


@pytest.fixture
def scripted(node: Node) -> Node:
    node.answer("GET", "/v1/consents", 200, listing(consent(), consent(OTHER, "REVOKED", log=LOG)))
    node.answer("GET", f"/v1/consents/{CONSENT}", 200, consent())
    node.answer("GET", f"/v1/consents/{OTHER}", 200, consent(OTHER, "REVOKED", log=LOG))
    node.answer("GET", "/v1/organisations", 200, listing(organisation(4, "Institut Curie")))
    return node


@pytest.mark.parametrize("words", [("list",), ("show", CONSENT), ("show", OTHER)])
@pytest.mark.usefixtures("scripted")
def test_people_see_80_columns_and_machines_one_document(run: Run, words: tuple[str, ...]) -> None:
    shown = run("consent", *words)
    assert shown.exit_code == 0, shown.output
    assert max(len(line) for line in shown.stdout.splitlines() if not line.startswith("granted by")) <= 80
    assert isinstance(json.loads(run("consent", *words, "--json").stdout), dict)


def test_the_list_is_filtered_and_names_whole_ids(scripted: Node, run: Run) -> None:
    words = ("consent", "list", "--grantee", "Institut Curie", "--grantor", "1", "--dataset", DATASET)
    lines = run(*words, "--as-of", "9", "--state", "revoked").stdout.splitlines()
    assert lines[-1].split()[0] == "consent"
    assert lines[-1].split()[-1] == OTHER
    asked = scripted.asked[-1].path
    assert all(part in asked for part in (f"dataset={DATASET}", "grantee=4", "grantor=1", "asOf=9", "state=REVOKED"))
    for bad in (("--state", "EXPIRED"), ("--dataset", "0x12"), ("--grantor", "Nobody")):
        assert run("consent", "list", *bad).exit_code == 2


@pytest.mark.usefixtures("scripted")
def test_a_consent_says_what_is_left_of_it_and_who_ended_it(run: Run) -> None:
    shown = run("consent", "show", CONSENT).stdout
    assert shown.startswith("ACTIVE\n")
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    for line in ("rounds 5 of 20 used", "epsilon 0.5 of 4 spent", "versions 1:", "until 2027-11-22T00:00:00Z"):
        assert line in lines
    assert "forbidden" not in shown
    ended = "".join(run("consent", "show", OTHER).stdout.split())
    for part in ("REVOKEDBREACH,avote", "Behörde,until2026-12-01T00:00:00Z"):
        assert part in ended
