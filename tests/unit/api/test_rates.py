"""How often a key may ask, or an address without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node.errors import TooManyRequests
from registry_api.rates import MOST_CALLERS, Rates

from .fakes import KEYS
from .story import world


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(rates: Rates, caller: str, times: int) -> int:
    """How many of so many requests are let through."""
    for done in range(times):
        try:
            rates.take(caller)
        except TooManyRequests:
            return done
    return times


def test_a_burst_and_then_the_rate(clock: Clock) -> None:
    rates = Rates(2.0, 5, clock)
    assert taken(rates, "one", 9) == 5
    clock.now += 0.5
    assert taken(rates, "one", 9) == 1
    clock.now += 3600
    assert taken(rates, "one", 9) == 5


def test_refusals_cost_nothing_and_say_when_to_come_back(clock: Clock) -> None:
    rates = Rates(0.1, 1, clock)
    rates.take("one")
    for _ in range(3):
        with pytest.raises(TooManyRequests) as refused:
            rates.take("one")
        assert refused.value.facts == {"retryAfter": 10}
    clock.now += 10
    rates.take("one")


def test_each_caller_has_its_own(clock: Clock) -> None:
    rates = Rates(1.0, 2, clock)
    assert [taken(rates, caller, 5) for caller in ("one", "other", "one")] == [2, 2, 0]


def test_no_limit_is_set_by_default(clock: Clock) -> None:
    assert taken(Rates(clock=clock), "one", 1_000) == 1_000


def test_callers_are_forgotten_oldest_first(clock: Clock) -> None:
    rates = Rates(1.0, 1, clock)
    for number in range(MOST_CALLERS + 1):
        rates.take(str(number))
    assert (taken(rates, "1", 1), taken(rates, "0", 1)) == (0, 1)


@pytest.fixture
def limited(application: FastAPI) -> Iterator[FastAPI]:
    before, application.state.rates = application.state.rates, Rates(0.5, 3)
    application.state.node = world().node
    yield application
    application.state.rates = before


def test_one_key_too_many_times_is_told_when_to_come_back(limited: FastAPI) -> None:
    with TestClient(limited) as client:
        asked = {role: {"Authorization": f"Bearer {KEYS[role]}"} for role in ("auditor", "steward")}
        answers = [client.get("/v1/models", headers=asked["auditor"]) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert (answers[3].json()["code"], answers[3].headers["Retry-After"]) == ("ML-0205", "2")
        assert client.post("/v1/datasets", content=b"?", headers=asked["auditor"]).status_code == 429
        assert client.get("/v1/models", headers=asked["steward"]).status_code == 200
        assert client.get("/healthz").status_code == 200


def test_who_looks_without_a_key_is_counted_by_the_address(limited: FastAPI) -> None:
    """Pages cost more than most answers of the API."""
    with TestClient(limited, client=("192.0.2.1", 50_000)) as one, TestClient(limited, client=("192.0.2.2", 5)) as two:
        answers = [one.get("/consortium", headers={"Accept": "text/html"}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert "ML-0205" in answers[3].text
        assert two.get("/consortium").status_code == 200
        assert one.get("/static/explorer.css").status_code == 200
        key = {"Authorization": f"Bearer {KEYS['auditor']}"}
        assert one.get("/v1/models", headers=key).status_code == 200
