"""One connection to one node that blocks, and one to be awaited. They know no noun."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

import anyio
import httpx2

from ledger_node.client.calls import Call, Calls, Query, pages
from ledger_node.client.retries import Retries
from ledger_node.client.tls import Tls

T = TypeVar("T")
FAILURES = (httpx2.TransportError, httpx2.DecodingError)


class Http(Calls):
    def __init__(
        self,
        url: str,
        key: str | None,
        timeout: float,
        retries: Retries,
        transport: httpx2.BaseTransport | None,
        tls: Tls | None,
    ) -> None:
        super().__init__(url, key, timeout, retries, tls)
        self._http = httpx2.Client(**self._connection, transport=transport)

    def close(self) -> None:
        self._http.close()

    def all_of(self, shape: type[T], path: str, query: Query) -> Iterator[T]:
        page = self.page(shape, path, pages(query))
        as_of = page.as_of_block
        yield from page.items
        while page.next is not None:
            page = self.page(shape, path, pages(query, as_of, page.next))
            yield from page.items

    def follow(self, shape: type[T], path: str, query: Query) -> Iterator[T]:
        following = self._following(shape, path, query)
        while True:
            try:
                with self._http.stream(**following.request) as answer:
                    if not answer.is_success:
                        answer.read()
                    pause = following.answered(answer)
                    if pause is None:
                        for said in httpx2.EventSource(answer):
                            yield from following.took(said)
                        pause = following.ended()
            except FAILURES as error:
                pause = following.failed(error)
            self._retries.sleep(pause)

    def _send(self, call: Call[T]) -> T:
        request = self._http.build_request(**call.request)
        while True:
            try:
                answer = self._http.send(request)
            except FAILURES as error:
                pause: float | None = call.failed(error)
            else:
                pause = call.answered(answer)
            if pause is None:
                return call.read(answer.content)
            self._retries.sleep(pause)


class AsyncHttp(Calls):
    """For asyncio. `Retries` has no say in how this sleeps."""

    def __init__(
        self,
        url: str,
        key: str | None,
        timeout: float,
        retries: Retries,
        transport: httpx2.AsyncBaseTransport | None,
        tls: Tls | None,
    ) -> None:
        super().__init__(url, key, timeout, retries, tls)
        self._http = httpx2.AsyncClient(**self._connection, transport=transport)

    async def close(self) -> None:
        await self._http.aclose()

    async def all_of(self, shape: type[T], path: str, query: Query) -> AsyncIterator[T]:  # type: ignore[override]
        page = await self.page(shape, path, pages(query))  # type: ignore[misc]
        as_of = page.as_of_block
        for item in page.items:
            yield item
        while page.next is not None:
            page = await self.page(shape, path, pages(query, as_of, page.next))  # type: ignore[misc]
            for item in page.items:
                yield item

    async def follow(self, shape: type[T], path: str, query: Query) -> AsyncIterator[T]:  # type: ignore[override]
        following = self._following(shape, path, query)
        while True:
            try:
                async with self._http.stream(**following.request) as answer:
                    if not answer.is_success:
                        await answer.aread()
                    pause = following.answered(answer)
                    if pause is None:
                        async for said in httpx2.EventSource(answer):
                            for event in following.took(said):
                                yield event
                        pause = following.ended()
            except FAILURES as error:
                pause = following.failed(error)
            await anyio.sleep(pause)

    async def _send(self, call: Call[T]) -> T:  # type: ignore[override]  # every call is then to be awaited
        request = self._http.build_request(**call.request)
        while True:
            try:
                answer = await self._http.send(request)
            except FAILURES as error:
                pause: float | None = call.failed(error)
            else:
                pause = call.answered(answer)
            if pause is None:
                return call.read(answer.content)
            await anyio.sleep(pause)
