"""Repeating a call: the same key, a bounded number of times, and what ends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from ledger_node.client import Client
from ledger_node.client.inputs import Document
from ledger_node.client.retries import Retries, seconds_of
from ledger_node.errors import (
    ChainUnreachable,
    ConsentRefused,
    InvalidField,
    MedLedgerError,
    NodeFailed,
    NodeUnreachable,
    QueueFull,
)

CARD = Document(digest="0x" + "11" * 32)
SUBMISSION = {
    "id": "sub-1",
    "kind": "dataset.register",
    "subject": "0x" + "ab" * 32,
    "state": "mined",
    "idempotencyKey": "k",
    "transaction": "0x" + "cd" * 32,
    "nonce": 0,
    "signer": "0x" + "00" * 20,
    "createdAt": "2026-11-22T01:02:03Z",
    "block": 7,
    "receiptStatus": 1,
    "outcome": {"events": ["DatasetRegistered"], "dataset": "0x" + "ab" * 32},
}

Step = httpx2.Response | Exception


class Script:
    """Plays answers in their order and remembers what was asked and how long was waited."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.seen: list[httpx2.Request] = []
        self.pauses: list[float] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        return httpx2.Response(step.status_code, headers=step.headers, content=step.content)

    def client(self) -> Client:
        retries = Retries(sleep=self.pauses.append)
        return Client("http://node.test", "key", retries=retries, transport=httpx2.MockTransport(self))


def created() -> httpx2.Response:
    return httpx2.Response(201, json=SUBMISSION)


def problem(
    status: int, code: str, retry: str = "never", headers: dict[str, str] | None = None, **facts: object
) -> httpx2.Response:
    body = {"type": f"urn:medledger:error:{code}", "title": "t", "status": status, "code": code}
    body |= {"detail": "why", "got": "this", "needed": "that", "retry": retry, **facts}
    return httpx2.Response(status, content=json.dumps(body).encode(), headers=headers)


TRANSIENT: list[Callable[[], Step]] = [
    lambda: httpx2.ConnectError("refused"),
    lambda: httpx2.ReadTimeout("slow"),
    lambda: httpx2.RemoteProtocolError("cut"),
    lambda: httpx2.Response(502),
    lambda: httpx2.Response(503),
    lambda: httpx2.Response(504, content=b"<html>"),
    lambda: problem(503, "ML-0503", "safe"),
    lambda: problem(409, "ML-0904", "safe"),
]


@pytest.mark.parametrize("failure", TRANSIENT)
def test_write_is_repeated_with_the_same_key(failure: Callable[[], Step]) -> None:
    script = Script(failure(), failure(), created())
    with script.client() as node:
        assert node.datasets.register(CARD)["state"] == "mined"
    assert len(script.seen) == 3
    assert len({request.headers["Idempotency-Key"] for request in script.seen}) == 1
    assert len({request.content for request in script.seen}) == 1
    assert len(script.pauses) == 2


def test_write_takes_a_fresh_key_each_time() -> None:
    script = Script(created())
    with script.client() as node:
        node.datasets.register(CARD)
        node.datasets.register(CARD)
        node.datasets.register(CARD, idempotency_key="mine", wait=0)
    first, second, third = script.seen
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]
    assert third.headers["Idempotency-Key"] == "mine"
    assert first.headers["Prefer"] == "wait=30"
    assert "Prefer" not in third.headers


def test_repeats_are_bounded_and_name_what_to_do() -> None:
    script = Script(httpx2.ConnectError("refused"))
    with script.client() as node, pytest.raises(NodeUnreachable) as caught:
        node.datasets.register(CARD, idempotency_key="mine")
    assert len(script.seen) == 5
    assert caught.value.facts["idempotencyKey"] == "mine"
    assert "medledger node run" in caught.value.needed
    assert all(0.1 <= pause <= 5 for pause in script.pauses)


@pytest.mark.parametrize(
    ("failure", "wanted"),
    [
        (problem(503, "ML-0503", "safe"), QueueFull),
        (problem(503, "ML-0601", "safe"), ChainUnreachable),
        (httpx2.Response(503), NodeFailed),
    ],
)
def test_last_answer_decides_the_error(failure: httpx2.Response, wanted: type[MedLedgerError]) -> None:
    script = Script(failure)
    with script.client() as node, pytest.raises(wanted) as caught:
        node.datasets.register(CARD, idempotency_key="mine")
    assert len(script.seen) == 5
    assert caught.value.facts["idempotencyKey"] == "mine"


@pytest.mark.parametrize(
    ("status", "code", "retry"),
    [(409, "ML-0401", "never"), (422, "ML-0501", "never"), (404, "ML-0303", "safe"), (500, "ML-0000", "never")],
)
def test_final_answers_are_not_repeated(status: int, code: str, retry: str) -> None:
    script = Script(problem(status, code, retry))
    with script.client() as node, pytest.raises(MedLedgerError):
        node.datasets.register(CARD)
    assert len(script.seen) == 1


def test_retry_after_is_obeyed_within_patience() -> None:
    script = Script(
        problem(503, "ML-0503", "safe", headers={"Retry-After": "7"}),
        httpx2.Response(503, headers={"Retry-After": "86400"}),
        created(),
    )
    with script.client() as node:
        node.datasets.register(CARD)
    assert script.pauses == [7.0, 30.0]


def test_seconds_of_reads_numbers_and_dates() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 15 < seconds_of(later) <= 20
    assert seconds_of("3") == 3
    assert [seconds_of(text) for text in (None, "", "soon", "-4", "Sun, 06 Nov 1994 08:49:37 GMT")] == [0] * 5


def test_refusal_keeps_its_facts() -> None:
    script = Script(problem(409, "ML-0401", reason="REVOKED", submission={"id": "sub-1", "receiptStatus": 0}))
    with script.client() as node, pytest.raises(ConsentRefused) as caught:
        node.datasets.register(CARD)
    assert caught.value.facts["reason"] == "REVOKED"
    assert caught.value.facts["submission"] == {"id": "sub-1", "receiptStatus": 0}
    assert caught.value.facts["status"] == 409
    assert (caught.value.detail, caught.value.got, caught.value.needed) == ("why", "this", "that")


@pytest.mark.parametrize(
    "answer",
    [
        problem(418, "ML-9999"),
        problem(500, "ML-0000"),
        httpx2.Response(500, content=b"<html>no</html>"),
        httpx2.Response(404, json=["no"]),
        httpx2.Response(301, headers={"Location": "http://elsewhere.test/"}),
        httpx2.Response(200, content=b"not json"),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, json=SUBMISSION | {"nonce": "7"}),
        httpx2.Response(200, json=SUBMISSION | {"nonce": True}),
        httpx2.Response(200, json=SUBMISSION | {"outcome": {"events": [1]}}),
        httpx2.Response(200, json={key: value for key, value in SUBMISSION.items() if key != "state"}),
    ],
)
def test_an_answer_out_of_form_is_the_nodes_fault(answer: httpx2.Response) -> None:
    with Script(answer).client() as node, pytest.raises(NodeFailed):
        node.datasets.register(CARD)


@pytest.mark.parametrize("wait", [-1, 61])
def test_wait_is_bounded(wait: int) -> None:
    script = Script(created())
    with script.client() as node, pytest.raises(InvalidField):
        node.datasets.register(CARD, wait=wait)
    assert not script.seen


@pytest.mark.parametrize("url", ["", "node.test", "ftp://node.test", "http://", "http://u:p@node.test", "http://a b"])
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(InvalidField):
        Client(url)


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX: y", "schlüssel", "k" * 600])
def test_a_key_that_no_header_carries_is_refused(key: str) -> None:
    with pytest.raises(InvalidField):
        Client("http://node.test", key)
    with Script(created()).client() as node, pytest.raises(InvalidField):
        node.datasets.register(CARD, idempotency_key=key)
