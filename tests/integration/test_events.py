"""Events of a real node that is killed again and again: to one who follows, and to a webhook."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, islice
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from ledger_node.cli.app import app
from ledger_node.client import Client
from ledger_node.client.inputs import Document
from ledger_node.client.retries import Retries
from ledger_node.localnet import network
from ledger_node.localnet.members import CONSORTIUM, Member
from ledger_node.localnet.network import Network
from ledger_node.localnet.nodes import start_node, wait_until_ready
from ledger_node.localnet.processes import stop
from tests.receiver import FINE, Receiver, receiving, says

CHAIN_ID = 31_377
CARD = Document({"title": "a card"})
KILLS = 2
PATIENT = Retries(attempts=200, longest=0.5)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A hospital, whose node may be killed and may send to this machine, and a regulator."""
    folder = tmp_path_factory.mktemp("events") / "network"
    started = network.up(folder, chain_id=CHAIN_ID, block_time=0.2, plans=CONSORTIUM[:2])
    member = started.member("hospital-a")
    with member.config.open("a") as file:
        file.write("\n[webhooks]\nhttp = true\nprivate = true\n")
    kill(started)
    wait_until_ready(member, started.nodes["hospital-a"])
    yield started
    network.down(started)


def kill(small: Network) -> None:
    """And start it again."""
    os.kill(small.nodes["hospital-a"].pid, signal.SIGKILL)
    stop(small.nodes["hospital-a"])  # it has ended: lets it go
    small.nodes["hospital-a"] = start_node(small.member("hospital-a"))


def client_of(member: Member) -> Client:
    return Client(member.url, member.api_keys["operator"], timeout=30, retries=PATIENT)


def followed(member: Member, count: int) -> list[str]:
    """The first `count` registrations of datasets, as one who follows from the beginning gets them."""
    with client_of(member) as node:
        return [one["id"] for one in islice(node.events.follow(types=("dataset.registered",)), count)]


def hesitant(chance: random.Random) -> Any:
    """Takes its time, and fails now and then."""

    def answer(request: Any) -> None:
        time.sleep(chance.uniform(0, 0.1))
        (FINE if chance.random() < 0.8 else says(500))(request)

    return answer


def test_a_node_that_is_killed_again_and_again_loses_no_event(small: Network) -> None:
    member, chance = small.member("hospital-a"), random.Random(7)
    with receiving() as receiver, client_of(member) as node, ThreadPoolExecutor(1) as pool:
        receiver.behaviour = hesitant(chance)
        made = node.webhooks.make(receiver.url, types=("dataset.registered",), after=0)
        follower = pool.submit(followed, member, KILLS * 8)
        for number in range(KILLS * 8):
            node.datasets.register(CARD, idempotency_key=f"dataset-{number}", wait=0)
            if number % 8 == 4:
                time.sleep(chance.uniform(0, 0.6))
                kill(small)
        told = ids_of(node, KILLS * 8)
        until(lambda: settled(receiver, node, made["id"], told), 90)

        # To the webhook each in its order; what is repeated, at once and under its id.
        assert [id_ for id_, _ in groupby(one.headers["webhook-id"] for one in receiver.got)] == told
        assert len(receiver.got) > len(told)
        # To who follows, each once.
        assert follower.result(30) == told
        node.webhooks.remove(made["id"])


def ids_of(node: Client, count: int) -> list[str]:
    """Of all datasets' registrations, once so many are there."""

    def found() -> list[str]:
        return [one["id"] for one in node.events.list(types=("dataset.registered",), limit=200).items]

    until(lambda: len(found()) == count, 60)
    return found()


def settled(receiver: Receiver, node: Client, webhook: str, told: list[str]) -> bool:
    if node.webhooks.get(webhook)["failures"]:
        node.webhooks.replay(webhook)  # rather than wait for the pause's end
    return node.webhooks.get(webhook)["waiting"] is None and len(receiver.got) >= len(told)


def until(true: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_node_that_stops_lets_go_who_follows(small: Network) -> None:
    member = small.member("hospital-a")
    wait_until_ready(member, small.nodes["hospital-a"])
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {member.api_keys['auditor']}"}
    with httpx2.Client(base_url=member.url, headers=headers, timeout=30) as client:
        with client.stream("GET", "/v1/events") as answer:
            lines = answer.iter_lines()
            assert next(lines) == "retry: 2000"
            began = time.monotonic()
            os.kill(small.nodes["hospital-a"].pid, signal.SIGTERM)
            assert [line for line in lines if line][-2:] == ["event: dropped", 'data: {"reason": "the node stops"}']
        stop(small.nodes["hospital-a"])
        assert time.monotonic() - began < 5  # uvicorn would wait so long before it cuts connections
    small.nodes["hospital-a"] = start_node(member)


def medledger(member: Member, *words: str, status: int = 0) -> Any:
    where = ("--node", member.url, "--key", member.api_keys["operator"], "--json")
    done = CliRunner().invoke(app, [*words, *where])
    assert done.exit_code == status, done.output
    return json.loads(done.stdout)


def test_webhooks_by_the_command_line(small: Network) -> None:
    member = small.member("hospital-a")
    wait_until_ready(member, small.nodes["hospital-a"])
    with receiving() as receiver:
        receiver.behaviour = says(410)
        made = medledger(member, "webhook", "make", receiver.url, "--type", "organisation", "--after", "0")
        until(lambda: medledger(member, "webhook", "list")["items"][0]["state"] == "gone", 20)
        shown = medledger(member, "webhook", "show", made["id"], status=1)
        assert shown["waiting"]["id"] == receiver.got[0].headers["webhook-id"]
        receiver.behaviour = FINE
        assert medledger(member, "webhook", "rotate", made["id"])["secret"] != made["secret"]
        assert medledger(member, "webhook", "replay", made["id"])["state"] == "active"
        organisations = medledger(member, "events", "list", "--type", "organisation.admitted")["items"]
        until(lambda: len(receiver.got) == 1 + len(organisations), 20)
        assert receiver.got[-1].headers["webhook-signature"].count("v1,") == 2
        assert medledger(member, "webhook", "remove", made["id"]) == {"removed": made["id"]}
        assert medledger(member, "webhook", "list") == {"items": []}
