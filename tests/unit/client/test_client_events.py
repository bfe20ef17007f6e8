"""Following the feed: what is asked again when a connection ends, and with which position."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import anyio
import httpx2
import pytest

from ledger_node.client import Client
from ledger_node.client.aio import AsyncClient
from ledger_node.client.retries import Retries
from ledger_node.errors import MedLedgerError, NodeFailed, NodeUnreachable

from .test_client_retries import Script, Step, problem

AT_ONCE = Retries(attempts=2, first=0.001, longest=0.001)


def position(number: int) -> str:
    return f"{number}.0.{number:016x}"


def event(number: int) -> dict[str, Any]:
    data = {
        "reverts": None,
        "event": "ConsentRevoked",
        "contract": "consents",
        "generation": 1,
        "block": number,
        "logIndex": 0,
        "blockHash": "0x",
        "transaction": "0x",
        "args": {},
    }
    return {
        "specversion": "1.0",
        "id": position(number),
        "source": "urn:medledger:1:0x",
        "type": "org.medledger.consent.revoked.v1",
        "subject": None,
        "time": "2026-11-22T01:02:03Z",
        "datacontenttype": "application/json",
        "position": position(number),
        "data": data,
    }


def stream(*numbers: int, last: str = "") -> httpx2.Response:
    blocks = [f"retry: 2000\nid: {position(0)}\n\n"]
    blocks += [f"id: {position(number)}\ndata: {json.dumps(event(number))}\n\n" for number in numbers]
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, text="".join(blocks) + last)


def followed(script: Script, count: int, **asked: Any) -> list[int]:
    with Client("http://node.test", "key", retries=AT_ONCE, transport=httpx2.MockTransport(script)) as node:
        return [one["data"]["block"] for one in islice(node.events.follow(**asked), count)]


DROPPED = 'event: dropped\ndata: {"reason": "too slow"}\n\n'


def test_a_stream_that_ends_is_asked_for_again_from_where_it_stood() -> None:
    refused: list[Step] = [httpx2.ConnectError("refused")] * 30
    script = Script(stream(1, 2), *refused, problem(503, "ML-0915"), stream(3, last=DROPPED), stream(4))
    assert followed(script, 4, after="latest", types=("consent",)) == [1, 2, 3, 4]
    first, *again = script.seen
    assert dict(first.url.params) == {"after": "latest", "type": "consent"}
    assert "Last-Event-ID" not in first.headers
    assert [one.headers["Last-Event-ID"] for one in again] == [position(2)] * 32 + [position(3)]
    assert all(one.headers["Accept"] == "text/event-stream" for one in script.seen)


def test_a_heartbeat_moves_where_it_goes_on() -> None:
    script = Script(stream(1, last=f"id: {position(9)}\n\n"), stream(10))
    assert followed(script, 2) == [1, 10]
    assert script.seen[1].headers["Last-Event-ID"] == position(9)


def test_a_block_that_is_cut_is_told_again() -> None:
    cut = f"id: {position(2)}\ndata: {json.dumps(event(2))[:40]}"
    script = Script(stream(1, last=cut), stream(2))
    assert followed(script, 2) == [1, 2]
    assert script.seen[1].headers["Last-Event-ID"] == position(1)


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (httpx2.ConnectError("refused"), NodeUnreachable),
        (problem(404, "ML-0304"), MedLedgerError),
        (httpx2.Response(200, json={}), NodeUnreachable),
        (
            httpx2.Response(200, headers={"content-type": "text/event-stream"}, text="data: {}\n\n"),
            NodeFailed,
        ),
    ],
)
def test_a_stream_that_cannot_begin_is_an_error(step: Step, wanted: type[MedLedgerError]) -> None:
    with pytest.raises(wanted):
        followed(Script(step), 1)


def test_a_task_follows_alike() -> None:
    script = Script(stream(1), stream(2))

    async def main() -> list[int]:
        found: list[int] = []
        transport = httpx2.MockTransport(script)
        async with AsyncClient("http://node.test", "key", retries=AT_ONCE, transport=transport) as node:
            async for one in node.events.follow():
                found.append(one["data"]["block"])
                if len(found) == 2:
                    break
        return found

    assert anyio.run(main) == [1, 2]
    assert script.seen[1].headers["Last-Event-ID"] == position(1)
