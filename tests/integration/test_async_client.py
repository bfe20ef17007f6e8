"""Many tasks of one program at one node, by the client that is awaited."""

from __future__ import annotations

import time

import anyio

from ledger_node.client.aio import AsyncClient
from ledger_node.client.inputs import Document
from tests.integration.pair import CARD, Pair


def test_tasks_write_and_read_side_by_side(pair: Pair) -> None:
    member, registered = pair.hospital.member, []

    async def main() -> None:
        async with AsyncClient(member.url, member.api_keys["steward"], timeout=60) as node:
            async with anyio.create_task_group() as tasks:
                for number in range(20):
                    tasks.start_soon(register, node, f"task-{number}")
            found = [one["id"] async for one in node.datasets.all()]
            assert set(registered) <= set(found)
            assert (await node.datasets.get(registered[0]))["id"] == registered[0]

    async def register(node: AsyncClient, key: str) -> None:
        answer = await node.datasets.register(CARD, idempotency_key=key)
        again = await node.datasets.register(CARD, idempotency_key=key)
        assert answer["outcome"] == again["outcome"]
        registered.append(answer["outcome"]["dataset"])

    anyio.run(main)
    assert len(set(registered)) == 20


def test_what_another_organisation_registers_is_found_by_the_words_of_its_card(pair: Pair) -> None:
    before = pair.institute.node.datasets.list(text="sarcoma lung").unread_cards  # of other tests
    card = Document({"name": "Sárcoma of the thigh", "keywords": ["MRI"]})
    dataset = pair.made(pair.hospital.node.datasets.register(card), "dataset")
    deadline = time.monotonic() + 30
    while not (found := list(pair.institute.node.datasets.all(text="SARCOMA thi*"))):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert [one["id"] for one in found] == [dataset]
    page = pair.institute.node.datasets.list(text="sarcoma lung")
    assert page.items == []
    assert page.unread_cards <= before
