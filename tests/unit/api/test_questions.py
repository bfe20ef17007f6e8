"""The regulator's questions over HTTP: listed, answered as of a block, with names, sources and links."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger_node.errors import BlobStoreUnreachable, StoreUnavailable
from ledger_node.proof.cid import cid_of_digest
from ledger_node.proof.hashing import parse_hex, sha256, to_hex
from registry_api.questions import reading
from registry_api.questions.documents import Wanted
from tests.unit.cards.cards import full

from .fakes import World, digest
from .story import HEAD, world, world_of_all

Client = Callable[..., TestClient]


def path(of: World, number: int | str = "") -> str:
    return f"/v1/versions/{of.index.facts.model_versions[0].id}/questions" + (f"/{number}" if number else "")


def with_run_card(of: World) -> str:
    """Stores a full run card, and lets the run name it."""
    content = json.dumps(full("run-card")).encode()
    of.blobs.put(content)
    of.index.facts.runs[0] = replace(of.index.facts.runs[0], card_digest=to_hex(sha256(content)))
    return to_hex(sha256(content))


def test_the_questions_are_listed(hospital: World, client_of: Client) -> None:
    answer = client_of(hospital, "auditor").get(path(hospital))
    assert answer.status_code == 200
    found = answer.json()
    assert [one["number"] for one in found["items"]] == list(range(1, 23))
    assert found["items"][3]["href"] == path(hospital, 4)
    assert (found["asOfBlock"], found["indexLag"]) == (HEAD, 0)


@pytest.mark.parametrize("number", range(1, 23))
def test_each_question_is_answered(number: int, client_of: Client) -> None:
    of = world_of_all()
    found = client_of(of, "auditor").get(path(of, number)).json()
    assert (found["question"], found["asOfBlock"]) == (number, HEAD)
    assert found["facts"] or found["missing"]
    for fact in found["facts"]:
        assert fact["level"] in ("verified", "attested", "asserted")
        assert fact["by"] is None or fact["by"]["name"]
    assert all(link["href"].startswith("/v1/") for link in found["links"])


def test_a_fact_of_a_card_names_its_document_and_place(hospital: World, client_of: Client) -> None:
    stored = with_run_card(hospital)
    found = client_of(hospital, "auditor").get(path(hospital, 9)).json()
    (code,) = [one for one in found["facts"] if one["statement"] == "code"]
    assert (code["level"], code["by"]["name"]) == ("asserted", "Sonographix Research B.V.")
    assert (code["source"]["document"], code["source"]["pointer"]) == (stored, "/code")


def test_a_question_is_answered_as_of_a_block(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "auditor")
    earlier = client.get(path(hospital, 1), params={"asOf": 500}).json()
    assert earlier["asOfBlock"] == 500
    assert client.get(path(hospital, 1), params={"asOf": 1}).status_code == 404
    assert client.get(path(hospital, 1), params={"asOf": HEAD + 1}).status_code == 404


@pytest.mark.parametrize("number", ["0", "23", "01x", "-1"])
def test_there_is_no_other_question(hospital: World, client_of: Client, number: str) -> None:
    assert client_of(hospital, "auditor").get(path(hospital, number)).status_code == 400


def test_an_unknown_version_has_no_questions(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "auditor")
    for tail in ("", "/1"):
        assert client.get(f"/v1/versions/{digest('nothing')}/questions{tail}").status_code == 404


def test_a_store_that_is_away_is_told(hospital: World, client_of: Client) -> None:
    hospital.blobs.failure = BlobStoreUnreachable("the store does not answer")
    found = client_of(hospital, "auditor").get(path(hospital, 2)).json()
    assert found["facts"]
    assert {one["why"] for one in found["missing"]} == {reading.AWAY}


def test_a_nodes_own_store_that_is_away_is_its_trouble(hospital: World, client_of: Client) -> None:
    hospital.blobs.failure = StoreUnavailable("the store cannot be used")
    assert client_of(hospital, "auditor").get(path(hospital, 2)).status_code == 503


def test_what_fails_unforeseen_is_no_gap_in_an_answer(
    hospital: World, client_of: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_cid: str) -> bytes:
        raise RuntimeError("broken")

    monkeypatch.setattr(hospital.blobs, "get", broken)
    assert client_of(hospital, "auditor").get(path(hospital, 2)).status_code == 500


def test_a_document_that_does_not_come_holds_no_answer_up(
    hospital: World, client_of: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Kubo looks for one that nobody has; the others are read meanwhile."""
    with_run_card(hospital)
    released, get = threading.Event(), hospital.blobs.get

    def slow(cid: str) -> bytes:
        return get(cid) if cid in hospital.blobs.contents else (released.wait(10), get(cid))[1]

    monkeypatch.setattr(reading, "PATIENCE", 0.5)
    monkeypatch.setattr(hospital.blobs, "get", slow)
    began = time.monotonic()
    found = client_of(hospital, "auditor").get(path(hospital, 9)).json()
    assert time.monotonic() - began < 5
    released.set()
    assert "code" in {one["statement"] for one in found["facts"]}
    found = client_of(hospital, "auditor").get(path(hospital, 13)).json()
    assert "this node does not have the document" in {one["why"] for one in found["missing"]}


def test_all_answers_together_read_a_few_documents_at_once(hospital: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, released, get = list[str](), threading.Event(), hospital.blobs.get

    def slow(cid: str) -> bytes:
        asked.append(cid)
        return (released.wait(10), get(cid))[1]

    monkeypatch.setattr(reading, "PATIENCE", 0.5)
    monkeypatch.setattr(hospital.blobs, "get", slow)
    wanted = [[Wanted(digest(f"{n} {of}"), "run-card", 1, "run") for n in range(9)] for of in range(4)]
    with ThreadPoolExecutor(4) as answers:
        found = list(answers.map(partial(reading.read_documents, hospital.node), wanted))
    released.set()
    assert len(asked) == reading.LANES_OF_ALL
    assert {one.why for answer in found for one in answer.values()} == {reading.LATE}


def test_an_answer_has_bounds(hospital: World, client_of: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_FACTS", 2)
    monkeypatch.setattr(reading, "MOST_DOCUMENTS", 0)
    found: dict[str, Any] = client_of(hospital, "auditor").get(path(hospital, 2)).json()
    assert len(found["facts"]) + len(found["missing"]) == 3
    assert found["missing"][-1]["what"] == "the rest of the answer"


def test_what_is_no_card_is_not_read(client_of: Client) -> None:
    of = world()
    run = of.index.facts.runs[0]
    odd = "the document is not JSON that can be read in one way only"
    half = json.dumps({**full("run-card"), "method": "\ud800"}).encode()
    twice = b'{"format": "medledger-run-card/1", "method": "a", "method": "b"}'
    for content, why in ((b"not json", odd), (half, odd), (twice, odd), (b"[]", "the document is no object")):
        of.blobs.contents[cid_of_digest(sha256(content))] = content
        of.index.facts.runs[0] = replace(run, card_digest=to_hex(sha256(content)))
        assert parse_hex(of.index.facts.runs[0].card_digest, 32)
        found = client_of(of, "auditor").get(path(of, 9)).json()
        assert why in {one["why"] for one in found["missing"]}
