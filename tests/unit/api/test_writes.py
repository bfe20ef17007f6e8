"""Writes: accepted once, answered at once or when the chain has decided."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger_node.domain.submission import CANCELLED, SubmissionState
from ledger_node.ports import Checkpoint
from registry_api import waiting
from registry_api.idempotency import request_digest

from .fakes import NOW, World, digest
from .story import HEAD, world

Client = Callable[..., TestClient]
CARD = {"card": {"title": "Ultrasound"}}
REFUSED: dict[str, Any] = {"state": SubmissionState.FAILED, "block": HEAD, "status": 0}


def register(client: TestClient, key: str = "k", **headers: str) -> Any:
    return client.post("/v1/datasets", json=CARD, headers={"Idempotency-Key": key, **headers})


def later(act: Callable[[], None], seconds: float = 0.15) -> None:
    threading.Timer(seconds, act).start()


def test_a_write_is_accepted_with_its_submission(hospital: World, client_of: Client) -> None:
    answer = register(client_of(hospital, "steward"))
    assert answer.status_code == 202
    assert answer.headers["Location"] == "/v1/submissions/submission-1"
    assert answer.json() == {
        "id": "submission-1",
        "kind": "dataset.register",
        "subject": hospital.outbox.rows["submission-1"].subject,
        "state": "queued",
        "idempotencyKey": "k",
        "transaction": None,
        "nonce": None,
        "signer": "0x" + "Aa" * 20,
        "createdAt": "2026-11-18T11:06:40Z",
        "block": None,
        "receiptStatus": None,
        "outcome": None,
    }
    assert client_of(hospital, "auditor").get(answer.headers["Location"]).json() == answer.json()


def test_a_card_is_stored_in_its_canonical_form(hospital: World, client_of: Client) -> None:
    register(client_of(hospital, "steward"))
    card = hospital.outbox.commands["submission-1"].args[1]
    assert card == digest('{"title":"Ultrasound"}')
    assert hospital.node.documents.get(card) == b'{"title":"Ultrasound"}'


def test_the_same_key_gives_the_same_answer_or_none(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "steward")
    assert register(client).json() == register(client).json()
    other = client.post("/v1/datasets", json={"card": {"title": "Other"}}, headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (422, "ML-0501")
    assert len(hospital.outbox.rows) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/consents/{consent}/revoke", {"reason": "BREACH"}),  # refused too: the consent is revoked
        (f"/v1/consents/{digest('unknown')}/revoke", {"reason": "WITHDRAWAL_BATCH"}),  # refused too: there is none
    ],
)
def test_a_key_used_again_is_told_before_any_rule(
    hospital: World, client_of: Client, path: str, body: dict[str, str]
) -> None:
    client, facts = client_of(hospital, "steward"), hospital.index.facts
    consent, headers = facts.consents[0], {"Idempotency-Key": "k"}
    once = {"reason": "WITHDRAWAL_BATCH"}
    first = client.post(f"/v1/consents/{consent.id}/revoke", json=once, headers=headers)
    facts.consents[0] = replace(consent, log=facts.consents[1].log)
    assert client.post(f"/v1/consents/{consent.id}/revoke", json=once, headers=headers).json() == first.json()
    other = client.post(path.format(consent=consent.id), json=body, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "ML-0501")
    assert other.json()["submission"] == first.json()["id"]


def test_the_digest_of_a_request_ignores_spelling_and_sees_meaning() -> None:
    one = request_digest("POST", "/v1/runs", {"check": "contract"}, {"a": 1, "b": [2]})
    assert one == request_digest("POST", "/v1/runs", {"check": "contract"}, {"b": [2], "a": 1.0})
    assert one != request_digest("POST", "/v1/runs", {}, {"a": 1, "b": [2]})
    assert one != request_digest("POST", "/v1/models", {"check": "contract"}, {"a": 1, "b": [2]})
    assert one.startswith("0x")
    assert len(one) == 66


def test_a_waiting_write_is_answered_when_mined_and_indexed(hospital: World, client_of: Client) -> None:
    client, made = client_of(hospital, "steward"), {"events": ["DatasetRegistered"], "dataset": digest("d")}

    def mine() -> None:
        hospital.outbox.settle("submission-1", SubmissionState.MINED, block=HEAD + 1, status=1, outcome=made)

    def index() -> None:
        hospital.index.at = Checkpoint(HEAD + 1, digest("next"), NOW)

    later(mine, 0.1)
    later(index, 0.4)
    began = time.monotonic()
    answer = register(client, Prefer="respond-async, wait=10")
    assert time.monotonic() - began > 0.35
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "wait=10"
    assert answer.headers["Location"] == "/v1/submissions/submission-1"
    assert (answer.json()["state"], answer.json()["outcome"]) == ("mined", made)


def test_a_change_answers_200(hospital: World, client_of: Client) -> None:
    hospital.outbox.mines_at = HEAD
    consent = hospital.index.facts.consents[0].id
    answer = client_of(hospital, "steward").post(
        f"/v1/consents/{consent}/revoke",
        json={"reason": "WITHDRAWAL_BATCH"},
        headers={"Idempotency-Key": "k", "Prefer": "wait=1"},
    )
    assert (answer.status_code, answer.json()["kind"]) == (200, "consent.revoke")


def test_patience_ends_with_202(hospital: World, client_of: Client) -> None:
    began = time.monotonic()
    answer = register(client_of(hospital, "steward"), Prefer="wait=1")
    assert 0.9 < time.monotonic() - began < 3
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")


@pytest.mark.parametrize(
    ("outcome", "code", "reason"),
    [
        ({"error": "ConsentTokenRefused", "args": {"consent": "0x1"}, "reason": "REVOKED"}, "ML-0401", "REVOKED"),
        ({"error": "DatasetRegistryDuplicate", "args": {}}, "ML-0402", None),
        (None, "ML-0402", None),
    ],
)
def test_a_refusal_by_the_contract_is_a_problem_with_the_submission(
    hospital: World, client_of: Client, outcome: dict[str, Any] | None, code: str, reason: str | None
) -> None:
    client = client_of(hospital, "steward")
    register(client)
    hospital.outbox.settle("submission-1", **REFUSED, outcome=outcome)
    answer = register(client, Prefer="wait=5")
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem.get("reason")) == (409, code, reason)
    assert problem["submission"]["receiptStatus"] == 0
    assert problem["submission"]["outcome"] == outcome
    assert problem["retry"] == "never"
    assert register(client).status_code == 202  # without waiting it is the submission, as ever


def test_a_write_that_was_taken_back_is_a_conflict(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "steward")
    register(client)
    hospital.outbox.settle("submission-1", SubmissionState.REPLACED, outcome=CANCELLED)
    answer = register(client, Prefer="wait=5")
    assert (answer.status_code, answer.json()["code"]) == (409, "ML-0404")


def test_a_write_whose_nonce_another_took_goes_on(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "steward")
    register(client)
    hospital.outbox.settle("submission-1", SubmissionState.REPLACED)
    answer = register(client, Prefer="wait=1")
    assert (answer.status_code, answer.json()["state"]) == (202, "replaced")


def test_a_full_queue_says_when_to_come_back(hospital: World, client_of: Client) -> None:
    hospital.outbox.cap = 0
    answer = register(client_of(hospital, "steward"))
    assert (answer.status_code, answer.json()["code"], answer.json()["retry"]) == (503, "ML-0503", "safe")
    assert answer.headers["Retry-After"]


def test_waiting_holds_no_thread(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "operator")
    with client:
        waiters = [
            threading.Thread(target=register, args=(client, f"k{n}"), kwargs={"Prefer": "wait=2"}) for n in range(60)
        ]
        for waiter in waiters:
            waiter.start()
        time.sleep(0.7)
        began = time.monotonic()
        assert client.get("/v1/node").status_code == 200
        assert time.monotonic() - began < 1
        for waiter in waiters:
            waiter.join()


def test_the_node_refuses_first_and_the_contract_decides(hospital: World, client_of: Client) -> None:
    facts = hospital.index.facts
    revoked = facts.consents[1]
    body = {
        "model": facts.models[0].id,
        "scope": {"purposes": ["HRESCH"]},
        "cardDigest": digest("card"),
        "inputs": [{"dataset": revoked.terms.dataset, "version": 1, "consent": revoked.id, "operation": "TRAIN"}],
    }
    client = client_of(world(organisation=3), "publisher")
    early = client.post("/v1/runs", json=body, headers={"Idempotency-Key": "a"})
    assert (early.status_code, early.json()["code"], early.json()["reason"]) == (409, "ML-0401", "REVOKED")
    sent = client.post("/v1/runs?check=contract", json=body, headers={"Idempotency-Key": "b"})
    assert sent.status_code == 202
    wrong = client.post("/v1/runs?check=nobody", json=body, headers={"Idempotency-Key": "c"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "ML-0101")


def test_a_question_needs_no_key_and_writes_nothing(hospital: World, client_of: Client) -> None:
    consent = hospital.index.facts.consents[0]
    use = {"dataset": consent.terms.dataset, "version": 1, "operation": "TRAIN"}
    use |= {"scope": {"purposes": ["HRESCH"]}, "grantee": 3}
    client = client_of(hospital, "auditor")
    path = f"/v1/consents/{consent.id}/check"
    assert client.post(path, json=use).json() == {
        "asOfBlock": HEAD,
        "indexLag": 0,
        "reason": "OK",
        "permitted": True,
    }
    assert client.post(path, json={**use, "grantee": None}).json()["reason"] == "NOT_GRANTEE"
    assert client.post(f"/v1/consents/{digest('?')}/check", json=use).json()["reason"] == "UNKNOWN_TOKEN"
    assert not hospital.outbox.rows


@pytest.mark.parametrize("body", [b"{}", b""])
def test_a_body_that_says_nothing_may_be_left_out(hospital: World, client_of: Client, body: bytes) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    run = hospital.index.facts.runs[0].id
    client = client_of(world(organisation=3), "publisher")
    answer = client.post(f"/v1/runs/{run}/rounds?check=contract", content=body, headers=headers)
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("", 0),
        ("wait=10", 10),
        ("respond-async, Wait = 5", 5),
        ("wait=600", 60),
        ("wait=0", 0),
        ("wait=-1", 0),
        ("wait=x", 0),
        ("await=3", 0),
        ("wait=99999999999999", 0),
        ('wait=3; foo="bar"', 3),
    ],
)
def test_a_preference_that_cannot_be_read_is_no_preference(prefer: str, seconds: int) -> None:
    assert waiting.preferred(prefer) == seconds


def test_a_blob_is_kept_byte_for_byte(hospital: World, client_of: Client) -> None:
    client, content = client_of(hospital, "publisher"), b'{ "b":1,\n"a":2.50, "n":123456789012345678901234567890}'
    answer = client.post("/v1/blobs", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201
    assert answer.json()["size"] == len(content)
    assert answer.json()["digest"] == digest(content.decode())
    assert client.get(f"/v1/blobs/{answer.json()['digest']}").content == content
    assert client.get(f"/v1/blobs/{digest('other')}").json()["code"] == "ML-0303"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"[]", 400, "ML-0111"),
        (b"", 400, "ML-0111"),
        (b"[" * 5000, 400, "ML-0111"),
        (b"9" * 5000, 400, "ML-0111"),
        (json.dumps({"a": "x" * 300_000}).encode(), 413, "ML-0109"),
    ],
    ids=["list", "empty", "deep", "huge", "large"],
)
def test_what_is_no_document_is_refused(
    hospital: World, client_of: Client, content: bytes, status: int, code: str
) -> None:
    answer = client_of(hospital, "steward").post("/v1/blobs", content=content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
