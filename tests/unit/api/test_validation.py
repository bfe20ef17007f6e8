"""What is refused, with which code, and that no value is ever repeated."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from .fakes import KEYS, digest
from .story import world

CANARY = "Erika-Mustermann-1964"
CONSENT: dict[str, Any] = {
    "dataset": digest("dataset 0"),
    "grantee": 3,
    "versionFrom": 1,
    "versionTo": None,
    "basis": "EHDS_PERMIT",
    "permission": "DS",
    "modifiers": ["GS", "PUB"],
    "purposes": ["HRESCH"],
    "operations": ["TRAIN", "FEDERATED_ROUND"],
    "condition": "MONDO:0007254",
    "regions": ["DE", "FR"],
    "deidentification": {"required": [113100, 113101], "forbidden": [113109]},
    "notBefore": "2026-11-18T00:00:00Z",
    "expiresAt": "2027-11-18T00:00:00Z",
    "maxRounds": 5,
    "epsilonBudget": 500_000,
    "projectRef": None,
    "policyDigest": digest("policy"),
    "request": None,
    "supersedes": None,
}


@pytest.fixture(scope="module")
def client(application: FastAPI) -> Iterator[TestClient]:
    application.state.node = world().node
    headers = {
        "Authorization": f"Bearer {KEYS['operator']}",
        "Content-Type": "application/json",
    }
    numbers = count()

    def new_key(request: Any) -> None:
        request.headers.setdefault("Idempotency-Key", f"validation-{next(numbers)}")

    with TestClient(application, headers=headers) as opened:
        opened.event_hooks = {"request": [new_key]}
        yield opened


def issue(client: TestClient, **changed: Any) -> dict[str, Any]:
    body = {name: value for name, value in {**CONSENT, **changed}.items() if value is not ...}
    answer = client.post("/v1/consents", content=json.dumps(body))
    assert CANARY not in answer.text
    document: dict[str, Any] = answer.json()
    return document | {"status": answer.status_code}


def test_a_whole_consent_is_accepted(client: TestClient) -> None:
    assert issue(client)["status"] == 202


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("policyDigest", CANARY, "ML-0102"),
        ("policyDigest", "0x" + "AB" * 32, "ML-0102"),
        ("policyDigest", "0x" + "ab" * 31, "ML-0102"),
        ("policyDigest", digest("a") + "\n", "ML-0102"),
        ("policyDigest", 7, "ML-0102"),
        ("policyDigest", None, "ML-0102"),
        ("projectRef", CANARY, "ML-0102"),
        ("dataset", CANARY, "ML-0103"),
        ("dataset", ["x"], "ML-0103"),
        ("purposes", ["HRESCH", CANARY], "ML-0104"),
        ("purposes", [], "ML-0104"),
        ("operations", ["TRAIN", "FEDERATED_ROUND", "train"], "ML-0104"),
        ("operations", [], "ML-0104"),
        ("purposes", CANARY, "ML-0101"),
        ("grantee", True, "ML-0101"),
        ("grantee", "3", "ML-0101"),
        ("grantee", 0, "ML-0101"),
        ("grantee", 2**32, "ML-0101"),
        ("grantee", 1.5, "ML-0101"),
        ("grantee", 10**400, "ML-0101"),
        ("maxRounds", -1, "ML-0101"),
        ("maxRounds", 2**24, "ML-0101"),
        ("epsilonBudget", 2**40, "ML-0101"),
        ("epsilonBudget", 0.5, "ML-0101"),
        ("permission", "RU", "ML-0101"),
        ("modifiers", ["XX"], "ML-0101"),
        ("condition", "MONDO:0000000", "ML-0101"),
        ("condition", "MONDO:7254", "ML-0101"),
        ("condition", 7254, "ML-0101"),
        ("condition", CANARY, "ML-0101"),
        ("regions", ["EU"], "ML-0101"),
        ("deidentification", {"required": [113106]}, "ML-0101"),
        ("deidentification", {"forbidden": [113105]}, "ML-0101"),
        ("deidentification", {"wanted": []}, "ML-0101"),
        ("request", CANARY, "ML-0103"),
        ("supersedes", "0x12", "ML-0103"),
        ("versionFrom", 0, "ML-0101"),
        ("versionTo", 2**32, "ML-0101"),
        ("basis", CANARY, "ML-0101"),
        ("notBefore", "2026-11-18", "ML-0101"),
        ("notBefore", "2026-11-18T00:00:00+00:00", "ML-0101"),
        ("notBefore", "2026-02-30T00:00:00Z", "ML-0101"),
        ("notBefore", "2016-12-31T23:59:60Z", "ML-0101"),
        ("notBefore", "1969-12-31T23:59:59Z", "ML-0101"),
        ("notBefore", 1_795_000_000, "ML-0101"),
        ("notBefore", CANARY, "ML-0101"),
        ("expiresAt", ..., "ML-0101"),
        (CANARY, 1, "ML-0101"),
        ("version_from", 1, "ML-0101"),
    ],
)
def test_a_field_that_is_not_right_is_refused(client: TestClient, field: str, value: Any, code: str) -> None:
    problem = issue(client, **{field: value})
    assert (problem["status"], problem["code"]) == (400, code)
    assert problem["needed"]
    assert problem["field"].startswith("body")


def test_a_purpose_outside_the_list_says_where_and_what_there_is(client: TestClient) -> None:
    problem = issue(client, operations=["TRAIN", "STEAL"])
    assert problem["position"] == 1
    assert problem["field"] == "body.operations[1]"
    assert problem["got"] == "text of 5 characters"
    assert "FEDERATED_ROUND" in problem["needed"]


def test_a_digest_says_the_length_that_came(client: TestClient) -> None:
    assert issue(client, policyDigest="0x1234")["got"] == "text of 6 characters"


def test_the_largest_numbers_of_the_abi_pass(client: TestClient) -> None:
    problem = issue(client, grantee=2**32 - 1, maxRounds=2**24 - 1, epsilonBudget=2**40 - 1)
    assert problem["code"] == "ML-0302"  # the form is right; there is no such grantee


def test_a_whole_number_may_be_written_with_a_fraction_of_zero(client: TestClient) -> None:
    assert issue(client, grantee=3.0, maxRounds=0)["status"] == 202


@pytest.mark.parametrize(
    "content",
    [
        b'{"reason":"ERROR","reason":"BREACH"}',
        b'{"reason":NaN}',
        b'{"reason":-Infinity}',
        b'{"reason":1e999}',
        b'{"reason":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"reason":"\xff"}',
        b'{"reason"',
        b"",
        b"null",
        b"[]",
        b'{"reason":"\\ud800"}',
    ],
    ids=lambda content: repr(content[:24]),
)
def test_json_that_may_be_read_in_two_ways_is_refused(client: TestClient, content: bytes) -> None:
    answer = client.post(f"/v1/consents/{digest('c')}/revoke", content=content)
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_declared_as_json_is_refused(client: TestClient, kind: str) -> None:
    answer = client.post(f"/v1/consents/{digest('c')}/revoke", content=b"{}", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 129, "\t", None])
def test_a_write_without_a_usable_key_is_refused(client: TestClient, key: str | None) -> None:
    with TestClient(client.app, headers={"Authorization": f"Bearer {KEYS['operator']}"}) as bare:
        headers = {} if key is None else {"Idempotency-Key": key.encode("latin-1")}
        answer = bare.post("/v1/datasets", json={"card": {}}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0502")


@pytest.mark.parametrize("body", [{}, {"card": {}, "cardDigest": digest("x")}, {"card": None}, {"card": []}])
def test_a_card_comes_in_exactly_one_form(client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post("/v1/datasets", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")


@pytest.mark.parametrize("card", [{"n": 2**60}, {"n": 1e16}, {"s": "\ud800"}, {"s": "\udc00\ud800"}])
def test_a_card_without_a_canonical_form_is_refused(client: TestClient, card: dict[str, Any]) -> None:
    answer = client.post("/v1/datasets", content=json.dumps({"card": card}))
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")


@pytest.mark.parametrize(("depth", "status"), [(63, 202), (64, 400), (5_000, 400), (100_000, 400)])
def test_nesting_has_an_end(client: TestClient, depth: int, status: int) -> None:
    content = '{"card":' + '{"a":' * depth + '"]]]\\"}}"' + "}" * (depth + 1)
    answer = client.post("/v1/datasets", content=content, headers={"Idempotency-Key": f"deep-{depth}"})
    assert answer.status_code == status


def test_brackets_in_strings_are_not_nesting(client: TestClient) -> None:
    card = {"a": "[{" * 500, '"[': ['\\"[[' * 99], "b": [[]] * 200}
    answer = client.post("/v1/datasets", json={"card": card}, headers={"Idempotency-Key": "brackets"})
    assert answer.status_code == 202


@pytest.mark.parametrize("filler", [b'\\"', b'"', b"[]", b'"[', b"\\", b'[\\"'])
def test_looking_for_nesting_takes_no_time(client: TestClient, filler: bytes) -> None:
    content = filler * (1_000_000 // len(filler))
    began = time.monotonic()
    assert client.post("/v1/datasets", content=content).status_code == 400
    assert time.monotonic() - began < 5


def test_nul_and_control_characters_are_just_characters(client: TestClient) -> None:
    answer = client.post("/v1/datasets", json={"card": {"a": "\x00\x1b\u202e"}}, headers={"Idempotency-Key": "nul"})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    "query",
    [
        "asOf=1e3",
        "asOf=-1",
        "asOf=1_0",
        "asOf=%201",
        "asOf=",
        "asof=1",
        "limit=0",
        "limit=201",
        "limit=1&limit=2",
        "cursor=????",
        "custodian=0",
        f"x={CANARY}",
        f"{CANARY}=1",
    ],
)
def test_a_query_that_is_not_right_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/v1/datasets?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    "path", ["/v1/datasets/0x12", f"/v1/consents/{'0x' + 'AB' * 32}", f"/v1/versions/{CANARY}/lineage"]
)
def test_a_path_with_another_id_is_refused(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0103")
    assert CANARY not in answer.text


def test_an_anchored_size_is_padded_and_safe_in_json(client: TestClient) -> None:
    for size in (0, 1, 127, 2**53, 2**63, True, "128"):
        answer = client.post(f"/v1/streams/{digest('s')}/anchors", json={"size": size, "root": digest("r")})
        assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")


def test_a_proposal_has_the_fields_of_its_kind(client: TestClient) -> None:
    admission = {"admin": "0x" + "aB" * 20, "capabilities": ["CUSTODIAN"], "forProfit": False, "name": "Klinik"}
    contracts = dict.fromkeys(("datasets", "consents", "training", "models", "anchors"), "0x" + "aB" * 20)
    consent = world().index.facts.consents[0].id
    good: list[dict[str, Any]] = [
        {"kind": "ADMIT", "admission": admission},
        *({"kind": kind, "organisation": 2} for kind in ("SUSPEND", "REINSTATE", "REMOVE")),
        {"kind": "REPLACE_ADMIN", "organisation": 2, "admin": "0x" + "aB" * 20},
        {"kind": "CHANGE_THRESHOLDS", "thresholds": {"all": 6667, "custodians": 5000}},
        {"kind": "REGISTER_GENERATION", "contracts": contracts},
        {"kind": "REVOKE_CONSENT", "consent": consent, "reason": "BREACH"},
        {"kind": "SUSPEND_CONSENT", "consent": consent, "reason": "BREACH", "duration": 3600},
    ]
    for number, body in enumerate(good):
        answer = client.post("/v1/proposals", json=body, headers={"Idempotency-Key": f"p{number}"})
        assert answer.status_code == 202, answer.text
    bad: list[dict[str, Any]] = [
        {"kind": "ADMIT", "organisation": 2},
        {"kind": "SUSPEND", "admission": admission},
        {"kind": CANARY, "organisation": 2},
        {"kind": "ADMIT", "admission": admission | {"forProfit": "no"}},
        {"kind": "ADMIT", "admission": admission | {"admin": "0x12"}},
        {"kind": "ADMIT", "admission": admission | {"capabilities": ["KING"]}},
        {"kind": "REPLACE_ADMIN", "organisation": 2},
        {"kind": "CHANGE_THRESHOLDS", "thresholds": {"all": 4999, "custodians": 5000}},
        {"kind": "CHANGE_THRESHOLDS", "thresholds": {"all": 10_000, "custodians": 5000}},
        {"kind": "REGISTER_GENERATION", "contracts": contracts | {"owner": "0x" + "aB" * 20}},
        {"kind": "REVOKE_CONSENT", "consent": consent},
        {"kind": "SUSPEND_CONSENT", "consent": consent, "reason": "BREACH", "duration": 30 * 24 * 3600 + 1},
    ]
    for body in bad:
        answer = client.post("/v1/proposals", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")
        assert CANARY not in answer.text
    lost = client.post("/v1/proposals", json={"kind": "LIFT_RECALL", "recall": CONSENT["policyDigest"]})
    assert (lost.status_code, lost.json()["code"]) == (404, "ML-0301")
    wrong = client.post("/v1/proposals", json={"kind": "LIFT_RECALL", "recall": CANARY})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "ML-0103")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/dataset-versions", {"versions": []}),
        ("/v1/dataset-versions", {"versions": [{}] * 101}),
        ("/v1/anchors", {"anchors": []}),
        ("/v1/rounds", {"rounds": []}),
        ("/v1/answers", {"answers": []}),
        ("/v1/consents/suspend", {"consents": [], "reason": "ERROR"}),
        ("/v1/consents/suspend", {"consents": [digest("c")] * 101, "reason": "ERROR"}),
    ],
)
def test_a_batch_has_a_first_and_a_last(client: TestClient, path: str, body: dict[str, Any]) -> None:
    answer = client.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        (f"/v1/runs/{digest('r')}/rounds/1/answers", {"updateDigest": digest("u")}, {"refusal": "PRIVACY_RISK"}),
        (
            "/v1/recalls",
            {"version": digest("v"), "severity": "MINOR", "notice": {}},
            {"version": digest("v"), "severity": "MINOR", "noticeDigest": digest("n")},
        ),
    ],
)
def test_of_two_fields_exactly_one_is_given(
    client: TestClient, path: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    both = client.post(path, json=one | other)
    shared = {name: value for name, value in one.items() if name in other}
    neither = client.post(path, json=shared)
    for answer in (both, neither, client.post(path, json=dict.fromkeys(one))):
        assert answer.status_code == 400
    for body in (one, other):
        assert client.post(path, json=body).json()["code"] == "ML-0301"  # the form is right; there is no such thing


@pytest.mark.parametrize("path", ["/v1/keys/0x12", f"/v1/keys/{CANARY}/facts", f"/v1/keys/0x{'zz' * 20}"])
def test_an_address_has_forty_digits(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")
    assert CANARY not in answer.text


def test_a_time_in_a_query_has_one_form(client: TestClient) -> None:
    path = f"/v1/keys/0x{'ab' * 20}/facts"
    assert client.get(f"{path}?since=2026-11-18").json()["code"] == "ML-0101"
    assert client.get(f"{path}?since=2026-11-18T00:00:00Z").json()["code"] == "ML-0301"
