"""Many tasks of one program at one node, by the client that is awaited."""

from __future__ import annotations

import anyio

from ledger_node.client.aio import AsyncClient
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
