"""Cards at registration, and the schemas that the node serves."""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.testclient import TestClient

from ledger_node.cards import SCHEMAS, schema_of
from ledger_node.errors import BlobStoreUnreachable
from ledger_node.proof.cid import cid_of
from ledger_node.proof.hashing import sha256, to_hex
from tests.unit.cards.cards import full

from .fakes import World, digest

Client = Callable[..., TestClient]
KEY = {"Idempotency-Key": "card"}


def test_the_schemas_are_served(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "auditor")
    listed = client.get("/v1/schemas").json()["items"]
    assert [(one["name"], one["version"]) for one in listed] == list(SCHEMAS)
    for named in SCHEMAS:
        answer = client.get(f"/v1/schemas/{named.kind}/{named.version}")
        assert answer.headers["Content-Type"] == "application/schema+json"
        assert answer.json() == schema_of(named)
    unknown = client.get("/v1/schemas/run-card/99")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ML-0301")


def test_a_card_of_its_kind_is_registered(hospital: World, client_of: Client) -> None:
    answer = client_of(hospital, "steward").post("/v1/datasets", json={"card": full("dataset-card")}, headers=KEY)
    assert answer.status_code == 202


def test_a_card_that_breaks_its_schema_is_refused(hospital: World, client_of: Client) -> None:
    card = full("dataset-card") | {"recordKind": "a secret"}
    answer = client_of(hospital, "steward").post("/v1/datasets", json={"card": card}, headers=KEY)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (400, "ML-0111", "body.card.recordKind")
    assert "secret" not in answer.text


def test_a_card_of_an_unknown_version_is_refused(hospital: World, client_of: Client) -> None:
    card = full("dataset-card") | {"format": "medledger-dataset-card/99"}
    answer = client_of(hospital, "steward").post("/v1/datasets", json={"card": card}, headers=KEY)
    assert (answer.status_code, answer.json()["needed"]) == (400, "medledger-dataset-card/2")


def test_a_stored_card_is_looked_at_when_it_is_named(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "steward")
    content = json.dumps(full("run-card")).encode()
    stored = client.post("/v1/blobs", content=content, headers={"Content-Type": "application/json"}).json()["digest"]
    assert stored == to_hex(sha256(content))
    answer = client.post("/v1/datasets", json={"cardDigest": stored}, headers=KEY)
    assert (answer.status_code, answer.json()["field"]) == (400, "body.cardDigest.format")


def test_a_card_is_looked_at_when_it_is_stored(hospital: World, client_of: Client) -> None:
    card = full("run-card") | {"rounds": "a secret"}
    answer = client_of(hospital, "steward").post("/v1/blobs", json=card)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "ML-0111", "body.rounds")
    assert "secret" not in answer.text
    assert not hospital.blobs.contents


def test_no_write_asks_a_store_of_another_process(hospital: World, client_of: Client) -> None:
    hospital.blobs.is_local = False
    content = json.dumps(full("run-card")).encode()
    stored = to_hex(sha256(content))
    hospital.blobs.contents[cid_of(content)] = content
    answer = client_of(hospital, "steward").post("/v1/datasets", json={"cardDigest": stored}, headers=KEY)
    assert answer.status_code == 202


def test_a_card_that_is_elsewhere_is_taken_by_its_digest(hospital: World, client_of: Client) -> None:
    answer = client_of(hospital, "steward").post("/v1/datasets", json={"cardDigest": digest("elsewhere")}, headers=KEY)
    assert answer.status_code == 202


def test_no_write_waits_for_a_store_that_is_away(hospital: World, client_of: Client) -> None:
    hospital.blobs.failure = BlobStoreUnreachable("the store does not answer")
    answer = client_of(hospital, "steward").post("/v1/datasets", json={"cardDigest": digest("elsewhere")}, headers=KEY)
    assert answer.status_code == 202
