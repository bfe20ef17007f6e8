"""Every error has a status, and every problem one form."""

from __future__ import annotations

import json

import pytest

from ledger_node.errors import (
    ConsentRefused,
    MedLedgerError,
    NotFound,
    QueueFull,
    Retry,
    Unauthenticated,
    all_errors,
)
from registry_api import problems


def test_every_error_class_has_a_status() -> None:
    assert set(problems.STATUS) == set(all_errors())


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.code)
def test_statuses_are_errors_and_safe_ones_are_not_final(error: type[MedLedgerError]) -> None:
    status = problems.STATUS[error]
    assert 400 <= status < 600
    if error.retry is Retry.SAFE and status < 500:
        # A document that is not there may come, a node that is behind catches up, who asks too often may ask later.
        assert status in (404, 409, 429)


def test_a_problem_has_the_standard_members_and_the_facts() -> None:
    error = ConsentRefused("no", got="REVOKED", needed="another", reason="REVOKED", status="mine", code="mine")
    answer = problems.respond(error)
    assert answer.media_type == "application/problem+json"
    assert json.loads(bytes(answer.body)) == {
        "type": "urn:medledger:error:ML-0401",
        "title": ConsentRefused.title,
        "status": 409,
        "code": "ML-0401",
        "detail": "no",
        "got": "REVOKED",
        "needed": "another",
        "retry": "never",
        "reason": "REVOKED",
    }


def test_statuses_carry_their_headers() -> None:
    assert problems.respond(QueueFull("later")).headers["Retry-After"]
    assert problems.respond(Unauthenticated("who")).headers["WWW-Authenticate"].startswith("Bearer")
    assert "Retry-After" not in problems.respond(NotFound("no")).headers


def test_an_unexpected_fault_says_nothing() -> None:
    document = json.loads(bytes(problems.unexpected().body))
    assert (document["status"], document["code"]) == (500, "ML-0000")
