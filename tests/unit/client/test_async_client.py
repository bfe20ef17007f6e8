"""The client that is awaited: the same calls, the same repeats, the same answers as of the one that blocks."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx2
import pytest

from ledger_node.client.aio import AsyncClient
from ledger_node.client.inputs import Document
from ledger_node.client.retries import Retries
from ledger_node.errors import BlobCorrupt, MedLedgerError, NodeFailed, NodeUnreachable
from scripts.reference.async_stub import STUB
from tests.unit.client.test_client_retries import TRANSIENT, Script, Step, created, problem

CARD = Document(digest="0x" + "11" * 32)
AT_ONCE = Retries(first=0.001, longest=0.001)


def run(script: Callable[[httpx2.Request], httpx2.Response], asked: Callable[[AsyncClient], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        transport = httpx2.MockTransport(script)
        async with AsyncClient("http://node.test", "key", retries=AT_ONCE, transport=transport) as node:
            return await asked(node)

    return anyio.run(main)


@pytest.mark.parametrize("failure", TRANSIENT)
def test_write_is_repeated_with_the_same_key(failure: Callable[[], Step]) -> None:
    script = Script(failure(), failure(), created())
    assert run(script, lambda node: node.datasets.register(CARD))["state"] == "mined"
    assert len(script.seen) == 3
    assert len({request.headers["Idempotency-Key"] for request in script.seen}) == 1
    assert len({request.content for request in script.seen}) == 1


@pytest.mark.parametrize(
    ("step", "wanted", "attempts"),
    [
        (httpx2.ConnectError("refused"), NodeUnreachable, 5),
        (httpx2.DecodingError("not gzip"), NodeFailed, 1),
        (problem(409, "ML-0401"), MedLedgerError, 1),
        (httpx2.Response(503), NodeFailed, 5),
    ],
)
def test_repeats_end_and_the_error_keeps_the_key(step: Step, wanted: type[MedLedgerError], attempts: int) -> None:
    script = Script(step)
    with pytest.raises(wanted) as caught:
        run(script, lambda node: node.datasets.register(CARD, idempotency_key="mine"))
    assert caught.value.facts["idempotencyKey"] == "mine"
    assert len(script.seen) == attempts


def test_pages_follow_each_other_as_of_the_first_ones_block() -> None:
    items = [{"number": number, "hash": "0x" + "00" * 32} for number in range(5)]
    asked: list[httpx2.Request] = []

    def serve(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        first = int(request.url.params.get("cursor", "0"))
        page = {"asOfBlock": 7 if first == 0 else 9, "indexLag": 0, "items": items[first : first + 2]}
        return httpx2.Response(200, json={**page, "next": str(first + 2) if first + 2 < len(items) else None})

    async def everything(node: AsyncClient) -> list[object]:
        return [one async for one in node._http.all_of(dict, "/v1/x", {"dataset": None})]

    assert run(serve, everything) == items
    assert [request.url.params.get("asOf") for request in asked] == [None, "7", "7"]


def test_document_is_checked_against_its_digest() -> None:
    with pytest.raises(BlobCorrupt):
        run(Script(httpx2.Response(200, content=b"{}")), lambda node: node.blobs.get("0x" + "11" * 32))


def test_every_method_of_the_stub_is_one_of_the_client() -> None:
    node = AsyncClient("http://node.test")
    classes = {part.name: part for part in ast.parse(STUB.read_text()).body if isinstance(part, ast.ClassDef)}
    attributes = [part for part in classes["AsyncClient"].body if isinstance(part, ast.AnnAssign)]
    assert len(attributes) > 10
    for attribute in attributes:
        noun = getattr(node, ast.unparse(attribute.target))
        for method in classes[type(noun).__name__].body:
            assert isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
            known = list(inspect.signature(getattr(noun, method.name)).parameters)
            arguments = (*method.args.args, *method.args.kwonlyargs, method.args.kwarg)
            told = [one.arg for one in arguments if one is not None and one.arg != "self"]
            assert told == known
