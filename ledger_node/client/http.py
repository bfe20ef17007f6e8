"""One connection to one node: keys, time-outs, repeats, problems. Knows no noun."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeVar, cast

import httpx2

from ledger_node import shallow
from ledger_node.client import answers
from ledger_node.client.inputs import Json, time
from ledger_node.client.problems import error_of, is_safe
from ledger_node.client.retries import TRANSIENT, Retries
from ledger_node.client.shapes import expect
from ledger_node.errors import InvalidField, MedLedgerError, NodeFailed, NodeUnreachable

T = TypeVar("T")
Query = Mapping[str, str | int | datetime | None]

LONGEST_PAGE = 200
CONNECT = 5.0  # seconds for a connection to stand
LONGEST_WAIT = 60  # seconds that a node holds an answer back
JSON = "application/json"


class Http:
    """`key` is an API key, `timeout` seconds for the node to begin to answer."""

    def __init__(
        self,
        url: str,
        key: str | None,
        timeout: float,
        retries: Retries,
        transport: httpx2.BaseTransport | None,
    ) -> None:
        self.url = _checked_url(url)
        self._timeout = timeout
        self._retries = retries
        headers = {"Accept": JSON}
        if key is not None:
            headers["Authorization"] = f"Bearer {_visible(key, 'the API key')}"
        # A proxy of the environment never stands between a client and a node on the same machine.
        local = httpx2.URL(self.url).host in ("localhost", "127.0.0.1", "::1")
        self._http = httpx2.Client(
            base_url=self.url, headers=headers, timeout=timeout, transport=transport, trust_env=not local
        )

    def close(self) -> None:
        self._http.close()

    def get(self, shape: type[T], path: str, query: Query | None = None) -> T:
        return expect(shape, _json(self.get_bytes(path, query)))

    def get_bytes(self, path: str, query: Query | None = None) -> bytes:
        return self._send("GET", path, query or {}, None, {}, 0).content

    def page(self, shape: type[T], path: str, query: Query) -> answers.Page[T]:
        """One page of a list."""
        found = expect(_Listing, _json(self.get_bytes(path, query)))
        items = [expect(shape, part, f"items[{n}]") for n, part in enumerate(found["items"])]
        return answers.Page(found.get("asOfBlock", 0), found.get("indexLag"), items, found.get("next"))

    def all_of(self, shape: type[T], path: str, query: Query) -> Iterator[T]:
        """Every member of a list, page after page, all as of the first page's block."""
        page = self.page(shape, path, {"limit": LONGEST_PAGE, **query})
        as_of = page.as_of_block
        yield from page.items
        while page.next is not None:
            page = self.page(shape, path, {"limit": LONGEST_PAGE, **query, "asOf": as_of, "cursor": page.next})
            yield from page.items

    def ask(self, shape: type[T], path: str, body: Json, query: Query | None = None) -> T:
        """A POST that only asks: repeated freely, without an idempotency key."""
        answer = self._send("POST", path, query or {}, json.dumps(body).encode(), {}, 0)
        return expect(shape, _json(answer.content))

    def put(self, shape: type[T], path: str, content: bytes, key: str | None) -> T:
        """A POST of bytes as they are, repeated under one idempotency key."""
        headers = {"Idempotency-Key": _key(key)}
        return expect(shape, _json(self._send("POST", path, {}, content, headers, 0).content))

    def operate(self, shape: type[T], path: str, seconds: float, body: Json | None = None) -> T:
        """A POST that changes this node alone and may take `seconds`."""
        headers = {"Idempotency-Key": _key(None)}
        content = json.dumps(body or {}).encode()
        return expect(shape, _json(self._send("POST", path, {}, content, headers, seconds).content))

    def write(
        self, path: str, body: Json, key: str | None, wait: int, query: Query | None = None
    ) -> answers.Submission:
        """A write for the chain. With `wait` the node answers when it is settled, or after that many seconds.

        ConsentRefused or ContractRefused when the contract refused; `facts["submission"]` is then the submission.
        Every error keeps the key in `facts["idempotencyKey"]`: repeating with it has one effect at most.
        """
        if not 0 <= wait <= LONGEST_WAIT:
            raise InvalidField("wait is out of range", got=f"{wait} seconds", needed=f"0 to {LONGEST_WAIT}")
        chosen = _key(key)
        headers = {"Idempotency-Key": chosen}
        if wait:
            headers["Prefer"] = f"wait={wait}"
        try:
            answer = self._send("POST", path, query or {}, json.dumps(body).encode(), headers, wait)
        except MedLedgerError as error:
            error.facts["idempotencyKey"] = chosen
            raise
        return expect(answers.Submission, _json(answer.content))

    def _send(
        self, method: str, path: str, query: Query, content: bytes | None, headers: dict[str, str], wait: float
    ) -> httpx2.Response:
        request = self._http.build_request(
            method,
            path.lstrip("/"),
            params={name: _spelled(value) for name, value in query.items() if value is not None} or None,
            content=content,
            headers={**headers, **({"Content-Type": JSON} if content is not None else {})},
            timeout=httpx2.Timeout(self._timeout, connect=min(self._timeout, CONNECT), read=self._timeout + wait),
        )
        attempt = 0
        while True:
            attempt += 1
            last = attempt >= self._retries.attempts
            try:
                answer = self._http.send(request)
            except httpx2.TransportError as error:
                if last or isinstance(error, (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)):
                    raise self._unreachable(error, attempt) from error
                self._retries.pause(attempt, None)
                continue
            except httpx2.DecodingError as error:
                raise NodeFailed("the node's answer cannot be decoded", got=answer_name(error)) from error
            if answer.is_success:
                return answer
            if last or not _transient(answer):
                raise error_of(answer.status_code, answer.content)
            self._retries.pause(attempt, answer.headers.get("Retry-After"))

    def _unreachable(self, error: httpx2.TransportError, attempts: int) -> NodeUnreachable:
        return NodeUnreachable(
            f"no answer from {self.url}",
            got=f"{answer_name(error)}, {attempts} attempts",
            needed="a running node (medledger node run) at the address in --node or MEDLEDGER_NODE",
            url=self.url,
        )


class _Listing(answers.AsOf):
    items: list[object]
    next: str | None


def answer_name(error: Exception) -> str:
    return type(error).__name__


def _transient(answer: httpx2.Response) -> bool:
    # 404 is what a document's absence looks like: it may come later, but not within this call.
    return answer.status_code in TRANSIENT or (answer.status_code != 404 and is_safe(answer.content))


def _json(content: bytes) -> object:
    try:
        return cast(object, shallow.loads(content))
    except ValueError:
        raise NodeFailed(
            "the node's answer is not JSON", got=f"{len(content)} bytes", needed="the address of a MedLedger node"
        ) from None


def _checked_url(url: str) -> str:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        parsed = httpx2.URL("")
    clean = all("!" <= character <= "~" for character in url)
    if not clean or parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.userinfo:
        raise InvalidField(
            "the node's address cannot be used",
            got=f"text of {len(url)} characters",
            needed="an address like http://127.0.0.1:8600",
        )
    return str(parsed).rstrip("/")


def _visible(text: str, what: str) -> str:
    if not 1 <= len(text) <= 512 or not all("!" <= character <= "~" for character in text):
        raise InvalidField(
            f"{what} has characters that a header cannot carry",
            got=f"text of {len(text)} characters",
            needed="visible ASCII without spaces",
        )
    return text


def _spelled(value: str | int | datetime) -> str | int:
    return time(value) if isinstance(value, datetime) else value


def _key(key: str | None) -> str:
    chosen = secrets.token_hex(16) if key is None else _visible(key, "the idempotency key")
    if len(chosen) > 128:
        raise InvalidField("the idempotency key is too long", got=f"{len(chosen)} characters", needed="at most 128")
    return chosen
