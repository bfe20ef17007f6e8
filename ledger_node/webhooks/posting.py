"""The Poster port: one HTTP request to an address that was checked. No redirect, no proxy, no look at the body."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import anyio
import httpx2
from anyio import to_thread

from ledger_node import __version__
from ledger_node.errors import InvalidField, Refusal
from ledger_node.ports import Posted
from ledger_node.tls import refusal_of
from ledger_node.webhooks import signature
from ledger_node.webhooks.targets import Forbidden, Resolve, Rules, resolve

LIMIT = 10.0  # seconds for all of it
MEDIA_TYPE = "application/cloudevents+json"


class HttpPoster:
    """`limit` is seconds for a whole delivery; `tls` says which certificates are trusted."""

    def __init__(
        self,
        rules: Rules,
        *,
        resolve: Resolve = resolve,
        limit: float = LIMIT,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = rules
        self._resolve = resolve
        self._limit = limit
        self._tls = tls or ssl.create_default_context()

    def check(self, url: str) -> None:
        self._rules.target_of(url)

    def post(self, url: str, secrets: Sequence[str], message: str, timestamp: int, body: bytes) -> Posted:
        headers = signature.headers(secrets, message, timestamp, body)
        try:
            return Posted(anyio.run(self._post, url, headers, body))
        except (Forbidden, InvalidField, Refusal, httpx2.InvalidURL, ValueError):
            return Posted(None, "address")
        except (TimeoutError, httpx2.TimeoutException):
            return Posted(None, "timeout")
        except (OSError, httpx2.TransportError) as error:
            untrusted = isinstance(refusal_of(error), ssl.SSLCertVerificationError)
            return Posted(None, "certificate" if untrusted else "unreachable")

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        target = self._rules.target_of(url)
        with anyio.fail_after(self._limit):
            # A resolver that hangs is left behind.
            address = await to_thread.run_sync(self._rules.address_of, target, self._resolve, abandon_on_cancel=True)
            named = httpx2.URL(url)
            request = httpx2.Request(
                "POST",
                named.copy_with(host=address),
                content=body,
                headers={
                    **headers,
                    "Host": named.netloc.decode("ascii"),
                    "Content-Type": MEDIA_TYPE,
                    "User-Agent": f"MedLedger/{__version__}",
                },
                extensions={"sni_hostname": target.host},
            )
            client = httpx2.AsyncClient(verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._limit)
            async with client:
                answer = await client.send(request, stream=True)
                await answer.aclose()  # what it says is nobody's concern, however long
                return answer.status_code
