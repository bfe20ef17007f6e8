"""The Peer port: a node's newest checkpoints, by the client that people use, in limited time."""

from __future__ import annotations

from pathlib import Path

import anyio

from ledger_node.client.aio import AsyncClient
from ledger_node.client.answers import Checkpoint
from ledger_node.client.retries import Retries
from ledger_node.client.tls import Tls
from ledger_node.errors import NodeUnreachable
from ledger_node.proof.strict_json import dump_canonical

LIMIT = 15.0  # seconds for all of it
NEWEST = 20  # heights


class HttpPeer:
    """`url` is the node's, `key` one of its API keys, `ca` the authorities for its certificate, if not the system's."""

    def __init__(self, url: str, key: str, ca: Path | None = None, *, limit: float = LIMIT) -> None:
        self._url = url
        self._key = key
        self._tls = Tls(ca) if ca else None
        self._limit = limit

    def newest(self) -> list[bytes]:
        return [dump_canonical(one) for found in anyio.run(self._ask) for one in found["checkpoints"]]  # type: ignore[arg-type]

    async def _ask(self) -> list[Checkpoint]:
        try:
            with anyio.fail_after(self._limit):
                async with AsyncClient(self._url, self._key, tls=self._tls, retries=Retries(attempts=1)) as node:
                    page = await node.checkpoints.list(limit=NEWEST)
        except TimeoutError:
            raise NodeUnreachable("a peer did not answer in time", needed=f"{self._limit:.0f} seconds") from None
        return page.items
