"""The feed of events over HTTP: pages, and streams to many who read at their own pace."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node.services.feed import Feed
from ledger_node.store.lease import open_alone
from registry_api import event_stream
from registry_api.broadcast import Broadcast
from registry_api.event_stream import written
from registry_api.explorer.pages import live
from tests.fakes import digest
from tests.unit.indexer.test_follower import World as Chain

from .fakes import KEYS, World

Client = Callable[..., TestClient]


@pytest.fixture
def chain(tmp_path: Path) -> Any:
    database = open_alone(f"sqlite:///{tmp_path / 'node.db'}")
    yield Chain(database)
    database.close()


@pytest.fixture
def node(hospital: World, chain: Chain) -> World:
    """The hospital's node, whose feed is the chain's."""
    deployment = chain.ledger.deployment
    hospital.node = replace(hospital.node, feed=Feed(chain.index, deployment))
    return hospital


def tell(chain: Chain, *numbers: int) -> None:
    for number in numbers:
        chain.dataset(number)
    chain.follower.catch_up()


def turn(chain: Chain, depth: int) -> None:
    chain.ledger.reorganise(depth)
    for _ in range(depth + 1):
        chain.ledger.mine()
    chain.follower.catch_up()


@dataclass
class Subscriber:
    """What came of one request, as it came. `gate` closed: it takes nothing."""

    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 0
    body: bytes = b""
    ended: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    path: str = "/v1/events"
    address: str = "127.0.0.1"

    def __post_init__(self) -> None:
        self.gate.set()

    async def follow(self, app: FastAPI) -> None:
        asked = {"accept": "text/event-stream", "authorization": f"Bearer {KEYS['auditor']}", **self.headers}
        scope = {
            "type": "http",
            "method": "GET",
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "query_string": self.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in asked.items()],
            "client": (self.address, 1),
            "server": ("127.0.0.1", 2),
            "app": app,
        }
        await app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if not hasattr(self, "_asked"):
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.gate.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message["body"]
            self.ended = not message.get("more_body", False)

    @property
    def blocks(self) -> list[dict[str, str]]:
        """By field; comments and unfinished blocks left out."""
        blocks = self.body.decode().split("\n\n")[:-1]
        return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]

    @property
    def count(self) -> int:
        return self.body.count(b"data: ")

    @property
    def told(self) -> list[tuple[str, int]]:
        """Type's last word and dataset number of each event."""
        said = [json.loads(b["data"]) for b in self.blocks if "data" in b and "event" not in b]
        return [(one["type"].split(".")[-2], one["data"]["args"]["number"]) for one in said]

    @property
    def last_id(self) -> str:
        return [b["id"] for b in self.blocks if "id" in b][-1]

    @property
    def dropped(self) -> str | None:
        return next((json.loads(b["data"])["reason"] for b in self.blocks if b.get("event") == "dropped"), None)


@asynccontextmanager
async def following(app: FastAPI, *subscribers: Subscriber) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.follow(app)) for one in subscribers]
    try:
        yield
    finally:
        for one in subscribers:
            one.gone.set()
            one.gate.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 20)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.01)


@pytest.fixture
def app(application: FastAPI, node: World) -> Any:
    application.state.node = node.node
    usual, pages = application.state.broadcast, application.state.live
    application.state.broadcast = Broadcast(written, look=0.02)
    application.state.live = Broadcast(pages.written, of_one=2, look=0.02)
    yield application
    application.state.broadcast, application.state.live = usual, pages


def run(steps: Coroutine[Any, Any, None]) -> None:
    asyncio.run(steps)


def test_pages_go_on_where_the_last_one_ended(node: World, chain: Chain, client_of: Client) -> None:
    client = client_of(node, "auditor")
    tell(chain, 1, 2, 3)
    first = client.get("/v1/events", params={"limit": 2}).json()
    assert [one["data"]["args"]["number"] for one in first["items"]] == [1, 2]
    assert first["next"] == first["items"][-1]["position"]
    rest = client.get("/v1/events", params={"after": first["next"]}).json()
    assert [one["data"]["args"]["number"] for one in rest["items"]] == [3]
    assert rest["next"] is None
    turn(chain, 1)
    tell(chain, 4)
    last = client.get("/v1/events", params={"after": rest["items"][-1]["position"]}).json()
    assert [(one["type"].split(".")[2], one["data"]["args"]["number"]) for one in last["items"]] == [
        ("reverted", 3),
        ("dataset", 4),
    ]


def test_pages_begin_after_a_block_or_at_the_end(node: World, chain: Chain, client_of: Client) -> None:
    client = client_of(node, "auditor")
    tell(chain, 1, 2)
    assert [one["data"]["args"]["number"] for one in client.get("/v1/events?after=1").json()["items"]] == [2]
    assert client.get("/v1/events?after=latest").json()["items"] == []
    assert len(client.get("/v1/events?after=0").json()["items"]) == 2


def test_types_select(node: World, chain: Chain, client_of: Client) -> None:
    client = client_of(node, "auditor")
    tell(chain, 1)
    for types in ("dataset", "dataset.registered", "consent,org.medledger.dataset.registered.v1"):
        assert len(client.get("/v1/events", params={"type": types}).json()["items"]) == 1
    assert client.get("/v1/events?type=consent").json()["items"] == []
    wrong = client.get("/v1/events?type=data")
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (400, "ML-0101", "type")


def test_a_position_that_is_not_read_yet_may_be_asked_again(node: World, chain: Chain, client_of: Client) -> None:
    tell(chain, 1)
    for headers in ({}, {"Accept": "text/event-stream"}):
        answer = client_of(node, "auditor").get("/v1/events", params={"after": f"2.0.{'f' * 16}"}, headers=headers)
        said = answer.json()
        assert (answer.status_code, said["code"], said["retry"]) == (409, "ML-0305", "safe")


def test_a_position_of_another_history_is_not_found(node: World, chain: Chain, client_of: Client) -> None:
    tell(chain, 1)
    query = {"after": f"1.0.{'f' * 16}"}
    for headers in ({}, {"Accept": "text/event-stream"}):
        answer = client_of(node, "auditor").get("/v1/events", params=query, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "ML-0304")
    for nowhere in ("somewhere", f"1.2147483648.{'f' * 16}"):  # the second is more than PostgreSQL holds
        assert client_of(node, "auditor").get(f"/v1/events?after={nowhere}").status_code == 400
    assert client_of(node).get("/v1/events").status_code == 401


def test_a_thousand_subscribers_are_told_by_one_look(app: FastAPI, node: World, chain: Chain) -> None:
    reads: list[int] = []
    read = node.node.feed.read
    node.node.feed.read = lambda *of: (reads.append(1), read(*of))[1]  # type: ignore[method-assign]

    async def steps() -> None:
        tell(chain, 1)
        many = [Subscriber() for _ in range(1_000)]
        async with following(app, *many):
            await until(lambda: all(one.count == 1 for one in many))
            await asyncio.sleep(0.1)
            reads.clear()
            await asyncio.to_thread(tell, chain, 2, 3)
            await until(lambda: all(one.count == 3 for one in many))
            assert len(reads) < 200  # of one task that looks each 20 milliseconds, not of a thousand
            await asyncio.to_thread(turn, chain, 1)
            await until(lambda: all(one.count == 4 for one in many))
        expected = [("registered", 1), ("registered", 2), ("registered", 3), ("reverted", 3)]
        assert all(one.told == expected for one in many)
        assert app.state.broadcast.subscribers == 0

    run(steps())


def test_one_too_many_is_asked_to_come_again(app: FastAPI) -> None:
    async def steps() -> None:
        app.state.broadcast = Broadcast(written, most=2, look=0.02)
        two = [Subscriber(), Subscriber()]
        async with following(app, *two):
            await until(lambda: all(one.status == 200 for one in two))
            third = Subscriber()
            await third.follow(app)
            assert (third.status, json.loads(third.body)["code"]) == (503, "ML-0915")
        again = Subscriber()
        async with following(app, again):
            await until(lambda: again.status == 200)

    run(steps())


def test_one_key_does_not_take_the_streams_of_others(app: FastAPI) -> None:
    async def steps() -> None:
        app.state.broadcast = Broadcast(written, of_one=2, look=0.02)
        two = [Subscriber(), Subscriber()]
        async with following(app, *two):
            await until(lambda: all(one.status == 200 for one in two))
            third, other = Subscriber(), Subscriber(headers={"authorization": f"Bearer {KEYS['steward']}"})
            await third.follow(app)
            assert (third.status, json.loads(third.body)["code"]) == (429, "ML-0205")
            async with following(app, other):
                await until(lambda: other.status == 200)
        again = Subscriber()
        async with following(app, again):
            await until(lambda: again.status == 200)

    run(steps())


def test_a_stream_goes_on_without_gap_or_repeat(app: FastAPI, chain: Chain) -> None:
    async def steps() -> None:
        tell(chain, *range(1, 500))
        first, second = Subscriber(), Subscriber()
        async with following(app, first):
            await until(lambda: len(first.told) == 499)
        tell(chain, 500)
        turn(chain, 3)
        tell(chain, 501)
        second.headers = {"last-event-id": first.last_id}
        second.query = "after=latest"  # the header goes before
        async with following(app, second):
            await until(lambda: len(second.told) == 3)
        # Of 500 it was never told.
        assert first.told == [("registered", n) for n in range(1, 500)]
        assert second.told == [("reverted", 499), ("reverted", 498), ("registered", 501)]

    run(steps())


def test_a_reader_that_falls_behind_is_dropped_with_a_reason_and_goes_on(
    app: FastAPI, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT", 0.05)

    async def steps() -> None:
        app.state.broadcast = Broadcast(written, kept=4, look=0.02)
        tell(chain, 1)
        slow, quick = Subscriber(), Subscriber()
        async with following(app, slow, quick):
            await until(
                lambda: slow.count == 1 and "data" not in slow.blocks[-1]
            )  # a heartbeat: it waits for what comes
            slow.gate.clear()
            for number in range(2, 12):
                await asyncio.to_thread(tell, chain, number)
                await until(lambda number=number: len(quick.told) == number)  # type: ignore[misc]
            slow.gate.set()
            await until(lambda: slow.ended)
            assert slow.dropped == "too slow"
            assert quick.dropped is None
        again = Subscriber(headers={"last-event-id": slow.last_id})
        async with following(app, again):
            await until(lambda: len(slow.told) + len(again.told) == 11)
        assert slow.told + again.told == quick.told

    run(steps())


def test_a_reader_that_takes_nothing_is_cut_off(app: FastAPI, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "STALLED", 0.2)

    async def steps() -> None:
        tell(chain, 1)
        stuck = Subscriber()
        async with following(app, stuck):
            await until(lambda: len(stuck.told) == 1)
            stuck.gate.clear()
            await asyncio.to_thread(tell, chain, 2)
            await until(lambda: app.state.broadcast.subscribers == 0)
        assert not stuck.ended  # the server closes the connection, so that the reader does not take it for the end

    run(steps())


def test_heartbeats_carry_the_position(app: FastAPI, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT", 0.05)

    async def steps() -> None:
        tell(chain, 1, 2)
        other = Subscriber(query="type=consent")
        async with following(app, other):
            await until(lambda: len(other.blocks) > 3)
        assert other.told == []
        assert other.last_id == str(app.state.node.feed.end_of(None))

    run(steps())


def test_a_stream_ends_after_a_while_so_that_the_key_is_looked_at_again(
    app: FastAPI, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT", 0.02)
    monkeypatch.setattr(event_stream, "LONGEST", 0.1)

    async def steps() -> None:
        tell(chain, 1)
        one = Subscriber(query="after=latest")
        async with following(app, one):
            await until(lambda: one.ended)
        assert one.dropped is not None
        assert one.blocks[0]["id"] == one.last_id  # also who was told of nothing knows where it stood

    run(steps())


def test_the_nodes_end_lets_everybody_go(app: FastAPI) -> None:
    async def steps() -> None:
        one, late = Subscriber(), Subscriber()
        async with following(app, one):
            await until(lambda: one.status == 200)
            app.state.broadcast.close()
            await until(lambda: one.ended)
            await late.follow(app)
        assert one.dropped == "the node stops"
        assert late.status == 503

    run(steps())


def test_a_store_that_cannot_be_read_for_a_while_loses_nothing(app: FastAPI, node: World, chain: Chain) -> None:
    async def steps() -> None:
        tell(chain, 1)
        one = Subscriber()
        async with following(app, one):
            await until(lambda: len(one.told) == 1)
            await asyncio.sleep(0.1)
            feed, read = node.node.feed, node.node.feed.read

            def broken(*_: Any) -> Any:
                raise OSError

            feed.read = broken  # type: ignore[method-assign]
            await asyncio.to_thread(tell, chain, 2)
            await asyncio.sleep(0.1)
            feed.read = read  # type: ignore[method-assign]
            await until(lambda: len(one.told) == 2)

    run(steps())


def test_ids_are_those_of_the_chain(app: FastAPI, chain: Chain) -> None:
    async def steps() -> None:
        tell(chain, 7)
        one = Subscriber()
        async with following(app, one):
            await until(lambda: len(one.told) == 1)
        (block,) = [b for b in one.blocks if "data" in b]
        said = json.loads(block["data"])
        assert (block["id"], said["subject"]) == (said["position"], digest(7))
        assert one.blocks[0]["retry"] == "2000"

    run(steps())


class Reader(Subscriber):
    """A page that is open, without a key."""

    @property
    def news(self) -> list[dict[str, Any]]:
        return [json.loads(b["data"]) for b in self.blocks if "data" in b]


def reader(query: str = "", **more: Any) -> Reader:
    return Reader(query, {"authorization": "", **more.pop("headers", {})}, path="/live", **more)


def test_pages_are_told_what_is_new_and_no_more(app: FastAPI, chain: Chain) -> None:
    async def steps() -> None:
        tell(chain, 1)
        one = reader()
        async with following(app, one):
            await until(lambda: one.status == 200)
            tell(chain, 2)
            await until(lambda: len(one.news) == 1)
            turn(chain, 1)
            await until(lambda: len(one.news) == 2)
        assert [each["kind"] for each in one.news] == ["dataset.registered", "reverted"]
        assert all(each.keys() == {"kind", "about", "block"} for each in one.news)
        assert one.news[0]["about"] == one.news[1]["about"]

    run(steps())


def test_a_page_goes_on_where_it_was_told_last(app: FastAPI, chain: Chain) -> None:
    async def steps() -> None:
        tell(chain, 1, 2)
        late = reader("after=0")
        async with following(app, late):
            await until(lambda: len(late.news) == 2)
        tell(chain, 3)
        back = reader("after=latest", headers={"last-event-id": late.last_id})
        async with following(app, back):
            await until(lambda: len(back.news) == 1)
        known = {each["about"] for each in late.news}
        assert {each["about"] for each in back.news}.isdisjoint(known)

    run(steps())


def test_a_page_that_was_left_for_long_is_not_told_all_that_it_missed(
    app: FastAPI, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "FURTHEST", 1)

    async def steps() -> None:
        tell(chain, 1, 2, 3)
        far, near = reader("after=0"), reader("after=2")
        await far.follow(app)
        assert far.status == 400
        async with following(app, near):
            await until(lambda: len(near.news) == 1)

    run(steps())


def test_one_address_does_not_take_the_streams_of_others(app: FastAPI) -> None:
    async def steps() -> None:
        two, other = [reader(), reader()], reader(address="192.0.2.7")
        async with following(app, *two, other):
            await until(lambda: all(one.status == 200 for one in (*two, other)))
            third = reader()
            await third.follow(app)
            assert third.status == 429
            assert app.state.broadcast.subscribers == 0  # those with a key have their own places
        again = reader()
        async with following(app, again):
            await until(lambda: again.status == 200)

    run(steps())


def test_a_position_that_cannot_be_is_refused_to_pages_too(app: FastAPI) -> None:
    async def steps() -> None:
        wrong, ahead = reader("after=x"), reader(f"after=99.0.{'0' * 16}")
        await wrong.follow(app)
        await ahead.follow(app)
        assert (wrong.status, ahead.status) == (400, 409)

    run(steps())
