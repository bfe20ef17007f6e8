"""What an operator does with accepted writes, over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from ledger_node.domain.submission import CANCELLED, SubmissionState

from .fakes import World, digest

Client = Callable[..., TestClient]


@pytest.fixture
def operator(hospital: World, client_of: Client) -> TestClient:
    return client_of(hospital, "operator")


@pytest.fixture
def write(operator: TestClient) -> str:
    """The path of a write that waits."""
    answer = operator.post("/v1/datasets", json={"card": {"title": "A"}}, headers={"Idempotency-Key": "k"})
    return str(answer.headers["Location"])


def test_pause_and_resume_say_how_it_stands(hospital: World, operator: TestClient) -> None:
    for _ in range(2):
        answer = operator.post("/v1/node/pause")
        assert (answer.status_code, answer.json()) == (200, {"paused": "operator"})
    assert hospital.desk.paused() == "operator"
    assert operator.post("/v1/node/resume", json={}).json() == {"paused": None}
    assert hospital.desk.paused() is None


def test_cancelled_write_is_refused_to_whoever_waits(operator: TestClient, write: str) -> None:
    for _ in range(2):  # asked again it changes nothing
        cancelled = operator.post(f"{write}/cancel")
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "replaced")
    assert cancelled.json()["outcome"] == CANCELLED
    headers = {"Idempotency-Key": "k", "Prefer": "wait=5"}
    waited = operator.post("/v1/datasets", json={"card": {"title": "A"}}, headers=headers)
    assert (waited.status_code, waited.json()["code"]) == (409, "ML-0404")
    assert waited.json()["submission"] == cancelled.json()


def test_mined_write_is_neither_cancelled_nor_sent_again(hospital: World, operator: TestClient, write: str) -> None:
    hospital.outbox.settle(write.rpartition("/")[2], SubmissionState.MINED, block=1, status=1, outcome={})
    for act in ("cancel", "resend"):
        answer = operator.post(f"{write}/{act}")
        assert (answer.status_code, answer.json()["code"], answer.json()["got"]) == (409, "ML-0404", "mined")


def test_sent_write_is_sent_again(hospital: World, operator: TestClient, write: str) -> None:
    hospital.outbox.settle(write.rpartition("/")[2], SubmissionState.SENT)
    answer = operator.post(f"{write}/resend")
    assert (answer.status_code, answer.json()["id"]) == (200, write.rpartition("/")[2])


@pytest.mark.parametrize("act", ["cancel", "resend"])
def test_unknown_write_is_not_found(operator: TestClient, act: str) -> None:
    answer = operator.post(f"/v1/submissions/nothing/{act}")
    assert (answer.status_code, answer.json()["code"]) == (404, "ML-0301")


def test_alarms_are_shown_page_by_page(hospital: World, operator: TestClient) -> None:
    for nonce in range(3):
        hospital.desk.alarm(nonce, digest(f"foreign {nonce}") if nonce else None, 7)
    first = operator.get("/v1/node/alarms?limit=2").json()
    assert first["items"][0] == {"nonce": 0, "transaction": None, "block": 7, "raisedAt": "2026-11-18T11:06:40Z"}
    rest = operator.get("/v1/node/alarms", params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["nonce"] for one in first["items"] + rest["items"]] == [0, 1, 2]
    assert rest["next"] is None


def test_captured_evidence_is_counted_and_what_is_missing_filled(hospital: World, operator: TestClient) -> None:
    shown = operator.get("/v1/node/captures").json()
    assert (shown["captures"], shown["subjects"], shown["waiting"], shown["failing"]) == (5, 2, 3, 1)
    (missing,) = shown["missing"]
    assert missing == {
        "subject": digest("version"),
        "reason": "ML-0803",
        "attempts": 2,
        "nextAt": "2026-11-18T11:06:40Z",
    }
    assert operator.post("/v1/node/captures/fill").json() == shown | {"tried": 2}
    assert operator.post("/v1/node/captures/fill", json={"anew": False}).json()["tried"] == 0
    assert hospital.node.capturing.fills == [True, False]  # type: ignore[attr-defined]
