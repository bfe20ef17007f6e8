"""The client of a node for asyncio: what blocks in `Client` is awaited, what iterates does with `async for`.

The nouns are the same: they hand on what their connection returns. `aio.pyi`, which is generated, has the types.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx2

from ledger_node.client.http import AsyncHttp
from ledger_node.client.nouns import Nouns
from ledger_node.client.retries import Retries
from ledger_node.client.tls import Tls


class AsyncClient(Nouns):
    """As `Client`, for many tasks at once."""

    def __init__(
        self,
        url: str,
        key: str | None = None,
        timeout: float = 10.0,
        *,
        tls: Tls | None = None,
        retries: Retries | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = AsyncHttp(url, key, timeout, retries or Retries(), transport, tls)
        super().__init__(self._http)

    @property
    def url(self) -> str:
        return self._http.url

    async def close(self) -> None:
        await self._http.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
