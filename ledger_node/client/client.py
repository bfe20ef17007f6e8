"""The clients of one node: one that blocks, one to be awaited."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx2

from ledger_node.client.http import Http
from ledger_node.client.nouns import Nouns
from ledger_node.client.retries import Retries
from ledger_node.client.tls import Tls
from ledger_node.client.withdrawals import Withdrawals


class Client(Nouns):
    """Talks to the node at `url` with an API `key`. `timeout` is seconds for an answer to begin, waiting not counted.

    `tls` names a private authority, and the client's own certificate where the node asks for one. `retries` and
    `transport` are for tests and unusual networks. Not for several threads at once.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        timeout: float = 10.0,
        *,
        tls: Tls | None = None,
        retries: Retries | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._http = Http(url, key, timeout, retries or Retries(), transport, tls)
        super().__init__(self._http)
        self.withdrawals = Withdrawals(self.datasets, self.consents)

    @property
    def url(self) -> str:
        return self._http.url

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
