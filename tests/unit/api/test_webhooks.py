"""Webhooks over HTTP, as an operator sees to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger_node.domain.webhook import WebhookState
from ledger_node.services.feed import Feed
from ledger_node.services.webhooks import WebhookDesk
from ledger_node.store.lease import open_alone
from ledger_node.store.webhooks import SqlWebhooks
from ledger_node.webhooks.posting import HttpPoster
from ledger_node.webhooks.targets import Rules
from tests.fakes import FakeClock
from tests.unit.indexer.test_follower import World as Chain

from .fakes import World

URL = "https://hooks.hospital.example/medledger"
Client = Callable[..., TestClient]


@pytest.fixture
def kept(hospital: World, tmp_path: Path) -> Iterator[SqlWebhooks]:
    """The webhooks of the hospital's node, whose feed has one event."""
    database = open_alone(f"sqlite:///{tmp_path / 'node.db'}")
    chain, webhooks = Chain(database), SqlWebhooks(database)
    chain.dataset(1)
    chain.follower.catch_up()
    feed = Feed(chain.index, chain.ledger.deployment)
    desk = WebhookDesk(feed, webhooks, HttpPoster(Rules()), FakeClock(), lambda: None)
    hospital.node = replace(hospital.node, feed=feed, webhooks=desk)
    yield webhooks
    database.close()


@pytest.fixture
def client(kept: SqlWebhooks, hospital: World, client_of: Client) -> TestClient:
    del kept
    return client_of(hospital, "operator")


def made(client: TestClient, key: str = "one", **asked: object) -> dict[str, object]:
    answer = client.post("/v1/webhooks", json={"url": URL, **asked}, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_webhook_is_made_once_and_its_secret_shown_with_it_alone(client: TestClient) -> None:
    first = made(client, types=["consent"])
    assert str(first["secret"]).startswith("whsec_")
    assert made(client, types=["consent"]) == first
    for other in ({"url": URL}, {"url": URL, "types": ["consent"], "after": "0"}):
        refused = client.post("/v1/webhooks", json=other, headers={"Idempotency-Key": "one"})
        assert (refused.status_code, refused.json()["code"]) == (422, "ML-0501")
    listed = client.get("/v1/webhooks")
    assert [one["id"] for one in listed.json()["items"]] == [first["id"]]
    assert "whsec_" not in listed.text + client.get(f"/v1/webhooks/{first['id']}").text


def test_a_webhook_begins_where_it_is_told(client: TestClient) -> None:
    late, early = made(client, "late"), made(client, "early", after="0")
    assert client.get(f"/v1/webhooks/{late['id']}").json()["waiting"] is None
    waiting = client.get(f"/v1/webhooks/{early['id']}").json()["waiting"]
    assert waiting["type"] == "org.medledger.dataset.registered.v1"
    assert waiting["position"] == late["position"]


def test_a_webhook_whose_position_is_not_read_yet_waits_with_nothing(client: TestClient) -> None:
    ahead = made(client, after=f"9.0.{'f' * 16}")
    answer = client.get(f"/v1/webhooks/{ahead['id']}")
    assert (answer.status_code, answer.json()["state"], answer.json()["waiting"]) == (200, "active", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://hooks.hospital.example/#part"},
        {"url": URL, "types": ["weather"]},
        {"url": URL, "after": "somewhere"},
        {},
    ],
)
def test_what_cannot_be_is_refused(client: TestClient, kept: SqlWebhooks, wrong: dict[str, object]) -> None:
    answer = client.post("/v1/webhooks", json=wrong, headers={"Idempotency-Key": "one"})
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")
    assert kept.all() == []


@pytest.mark.parametrize("url", ["http://hooks.hospital.example/", "https://10.0.0.1/"])
def test_a_target_that_the_configuration_does_not_allow_is_refused(client: TestClient, url: str) -> None:
    answer = client.post("/v1/webhooks", json={"url": url}, headers={"Idempotency-Key": "one"})
    assert (answer.status_code, answer.json()["code"]) == (409, "ML-0400")


def test_a_webhook_is_replayed_rotated_and_removed(client: TestClient, kept: SqlWebhooks) -> None:
    webhook = made(client)
    path = f"/v1/webhooks/{webhook['id']}"
    kept.change(str(webhook["id"]), state=WebhookState.DEAD, failures=9, failing_since=7, failure="status 500")
    assert client.get(path).json()["state"] == "dead"
    replayed = client.post(f"{path}/replay", json={"after": "0"}).json()
    assert (replayed["state"], replayed["failures"], replayed["failure"]) == ("active", 0, None)
    assert replayed["position"] != webhook["position"]
    assert client.post(f"{path}/rotate").json()["secret"] != webhook["secret"]
    assert client.delete(path).status_code == 204
    assert [client.get(path).status_code, client.delete(path).status_code] == [404, 404]
    assert client.post(f"{path}/replay").status_code == 404


def test_webhooks_are_the_operators(hospital: World, kept: SqlWebhooks, client_of: Client) -> None:
    for role in ("steward", "publisher", "auditor"):
        assert client_of(hospital, role).get("/v1/webhooks").status_code == 403
