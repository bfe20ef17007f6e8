"""A call to a node, whoever sends it: how it is spelt, when it is repeated, what its answer says. Knows no noun."""

from __future__ import annotations

import json
import secrets
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar, cast

import httpx2

from ledger_node import shallow
from ledger_node.client import answers
from ledger_node.client.inputs import Json, time
from ledger_node.client.problems import error_of, is_safe
from ledger_node.client.retries import TRANSIENT, Retries
from ledger_node.client.shapes import expect
from ledger_node.client.tls import Tls
from ledger_node.errors import InvalidField, MedLedgerError, NodeFailed, NodeUnreachable
from ledger_node.tls import refusal_of

T = TypeVar("T")
Query = Mapping[str, str | int | datetime | None]

LONGEST_PAGE = 200
CONNECT = 5.0  # seconds for a connection to stand
LONGEST_WAIT = 60  # seconds that a node holds an answer back
JSON = "application/json"
STREAM = "text/event-stream"
SILENCE = 35.0  # seconds that a stream may be silent, beside the time-out: the node says each 15 that it is there
PATIENT_ATTEMPTS = 60  # to come back to a stream


class Call(Generic[T]):
    """One call and its repeats. After each attempt it says how long to pause before the next, or that it is done.

    `request` is what an HTTP client builds a request of, `read` makes of an answer's content what the caller wants.
    Errors keep the `key` of a write in `facts["idempotencyKey"]`: repeating with it has one effect at most.
    """

    def __init__(
        self, request: Mapping[str, Any], read: Callable[[bytes], T], url: str, retries: Retries, key: str | None
    ) -> None:
        self.request = request
        self.read = read
        self._url = url
        self._retries = retries
        self._key = key
        self._attempt = 0

    def answered(self, answer: httpx2.Response) -> float | None:
        """Seconds to pause; None when this is the answer. The node's problem at the last attempt, or for good."""
        self._attempt += 1
        if answer.is_success:
            return None
        if self._is_last or not _transient(answer):
            raise self._named(error_of(answer.status_code, answer.content))
        return self._retries.seconds(self._attempt, answer.headers.get("Retry-After"))

    def failed(self, error: httpx2.TransportError | httpx2.DecodingError) -> float:
        """Seconds to pause. NodeUnreachable at the last attempt, NodeFailed for what no repeat cures."""
        self._attempt += 1
        if isinstance(error, httpx2.DecodingError):
            raise self._named(NodeFailed("the node's answer cannot be decoded", got=_name(error))) from error
        if isinstance(refused := refusal_of(error), ssl.SSLCertVerificationError):
            raise self._named(_untrusted(refused, self._url)) from error
        if self._is_last or isinstance(error, (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)):
            raise self._named(self._unreachable(error)) from error
        return self._retries.seconds(self._attempt, None)

    def begun_again(self) -> Call[T]:
        """The same call, with all its attempts."""
        self._attempt = 0
        return self

    @property
    def _is_last(self) -> bool:
        return self._attempt >= self._retries.attempts

    def _named(self, error: MedLedgerError) -> MedLedgerError:
        if self._key is not None:
            error.facts["idempotencyKey"] = self._key
        return error

    def _unreachable(self, error: httpx2.TransportError) -> NodeUnreachable:
        refused = refusal_of(error)
        said = _name(error) if refused is None else refused.reason or _name(refused)
        return NodeUnreachable(
            f"no answer from {self._url}",
            got=f"{said}, {self._attempt} attempts",
            needed="a running node (medledger node run) at the address in --node or MEDLEDGER_NODE",
            url=self._url,
        )


class Following(Generic[T]):
    """A call whose answer is a stream of server-sent events. When its connection ends it is made again, and goes on
    where it stood; once it has gone well it waits minutes for a node to come back."""

    def __init__(self, call: Call[T], patient: Call[T]) -> None:
        self._call = call
        self._patient = patient
        self._at: str | None = None

    @property
    def request(self) -> Mapping[str, Any]:
        """As of a call, with where to go on."""
        request = self._call.request
        return {**request, "headers": {**request["headers"], **({"Last-Event-ID": self._at} if self._at else {})}}

    def answered(self, answer: httpx2.Response) -> float | None:
        return self._call.answered(answer)

    def failed(self, error: httpx2.TransportError | httpx2.DecodingError) -> float:
        return self._call.failed(error)

    def ended(self) -> float:
        """Seconds to pause, since the node let go."""
        return self._call.failed(httpx2.RemoteProtocolError("the stream ended"))

    def took(self, said: httpx2.ServerSentEvent) -> Iterator[T]:
        """What the node said, if it is not only where it stands."""
        self._call = self._patient.begun_again()
        self._at = said.id or self._at
        if said.event == "message" and said.data:
            yield self._call.read(said.data.encode())


class Calls(ABC):
    """The calls to one node, for whoever sends them; with an asynchronous sender each is to be awaited.

    `key` is an API key, `timeout` seconds for the node to begin to answer. Without `tls` the system's authorities are
    trusted, and no certificate is shown.
    """

    def __init__(self, url: str, key: str | None, timeout: float, retries: Retries, tls: Tls | None) -> None:
        self.url = _checked_url(url)
        self._verify = True if tls is None else tls.context()
        self._timeout = timeout
        self._retries = retries
        self._headers = {"Accept": JSON}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {_visible(key, 'the API key')}"

    @abstractmethod
    def _send(self, call: Call[T]) -> T:
        """What the answer says, after as many attempts as the call wants."""

    @abstractmethod
    def all_of(self, shape: type[T], path: str, query: Query) -> Iterator[T]:
        """Every member of a list, page after page, all as of the first page's block."""

    @abstractmethod
    def follow(self, shape: type[T], path: str, query: Query) -> Iterator[T]:
        """Every event of a stream, for ever. NodeUnreachable when the node does not come back."""

    def get(self, shape: type[T], path: str, query: Query | None = None) -> T:
        return self._send(self._call("GET", path, query, read=partial(_value_of, shape)))

    def get_bytes(
        self, path: str, query: Query | None = None, check: Callable[[bytes], bytes] = lambda content: content
    ) -> bytes:
        """The content of an answer, once `check` has let it pass."""
        return self._send(self._call("GET", path, query, read=check))

    def _following(self, shape: type[T], path: str, query: Query) -> Following[T]:
        made = partial(
            self._call, "GET", path, query, read=partial(_value_of, shape), headers={"Accept": STREAM}, wait=SILENCE
        )
        patient = replace(self._retries, attempts=max(self._retries.attempts, PATIENT_ATTEMPTS))
        return Following(made(), made(retries=patient))

    def page(self, shape: type[T], path: str, query: Query) -> answers.Page[T]:
        """One page of a list."""
        return self._send(self._call("GET", path, query, read=partial(_page_of, shape)))

    def ask(self, shape: type[T], path: str, body: Json, query: Query | None = None) -> T:
        """A POST that only asks: repeated freely, without an idempotency key."""
        return self._send(self._call("POST", path, query, read=partial(_value_of, shape), content=_bytes(body)))

    def put(
        self, shape: type[T], path: str, content: bytes, key: str | None, check: Callable[[T], T] = lambda value: value
    ) -> T:
        """A POST of bytes as they are, repeated under one idempotency key. The answer, once `check` has let it pass."""

        def read(answer: bytes) -> T:
            return check(_value_of(shape, answer))

        return self._send(self._call("POST", path, read=read, content=content, headers=_once(_key(key))))

    def make(self, shape: type[T], path: str, body: Json, key: str | None) -> T:
        """A POST that makes one thing of this node's own, repeated under one idempotency key."""
        read, chosen = partial(_value_of, shape), _key(key)
        return self._send(self._call("POST", path, read=read, content=_bytes(body), headers=_once(chosen), key=chosen))

    def remove(self, path: str) -> None:
        """A DELETE. What an attempt whose answer was lost has removed is not found by the next."""
        return self._send(self._call("DELETE", path, read=lambda _: None))

    def operate(self, shape: type[T], path: str, seconds: float, body: Json | None = None) -> T:
        """A POST that changes this node alone and may take `seconds`."""
        read, content = partial(_value_of, shape), _bytes(body or {})
        return self._send(self._call("POST", path, read=read, content=content, headers=_once(_key(None)), wait=seconds))

    def write(
        self, path: str, body: Json, key: str | None, wait: int, query: Query | None = None
    ) -> answers.Submission:
        """A write for the chain. With `wait` the node answers when it is settled, or after that many seconds.

        ConsentRefused or ContractRefused when the contract refused; `facts["submission"]` is then the submission.
        Every error keeps the key in `facts["idempotencyKey"]`: repeating with it has one effect at most.
        """
        if not 0 <= wait <= LONGEST_WAIT:
            raise InvalidField("wait is out of range", got=f"{wait} seconds", needed=f"0 to {LONGEST_WAIT}")
        chosen, read = _key(key), partial(_value_of, answers.Submission)
        headers = _once(chosen) | ({"Prefer": f"wait={wait}"} if wait else {})
        return self._send(
            self._call("POST", path, query, read=read, content=_bytes(body), headers=headers, wait=wait, key=chosen)
        )

    @property
    def _connection(self) -> dict[str, Any]:
        """What an HTTP client is made of. A proxy of the environment never stands between a client and a node on the
        same machine."""
        local = httpx2.URL(self.url).host in ("localhost", "127.0.0.1", "::1")
        known = {"base_url": self.url, "headers": self._headers, "timeout": self._timeout, "verify": self._verify}
        return {**known, "trust_env": not local}

    def _call(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        read: Callable[[bytes], T],
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        wait: float = 0,
        key: str | None = None,
        retries: Retries | None = None,
    ) -> Call[T]:
        request = {
            "method": method,
            "url": path.lstrip("/"),
            "params": {name: _spelled(value) for name, value in (query or {}).items() if value is not None} or None,
            "content": content,
            "headers": {**(headers or {}), **({"Content-Type": JSON} if content is not None else {})},
            "timeout": httpx2.Timeout(self._timeout, connect=min(self._timeout, CONNECT), read=self._timeout + wait),
        }
        return Call(request, read, self.url, retries or self._retries, key)


def pages(query: Query, as_of: int = 0, cursor: str | None = None) -> Query:
    """The query of a list's first page, or of the one at `cursor` as of the first one's block."""
    return {"limit": LONGEST_PAGE, **query, **({} if cursor is None else {"asOf": as_of, "cursor": cursor})}


def _value_of(shape: type[T], content: bytes) -> T:
    """NodeFailed when it is no JSON of that shape."""
    return expect(shape, _json(content))


def _page_of(shape: type[T], content: bytes) -> answers.Page[T]:
    found = _value_of(answers.Listing, content)
    items = [expect(shape, part, f"items[{n}]") for n, part in enumerate(found["items"])]
    next_, unread = found.get("next"), found.get("unreadCards")
    return answers.Page(found.get("asOfBlock", 0), found.get("indexLag"), items, next_, unread)


def _bytes(body: Json) -> bytes:
    return json.dumps(body).encode()


def _once(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def _untrusted(refused: ssl.SSLCertVerificationError, url: str) -> NodeUnreachable:
    return NodeUnreachable(
        f"the certificate of {url} is not trusted",
        got=refused.verify_message,
        needed="a certificate for this address of an authority that is trusted: the system's, or those of --ca",
        url=url,
    )


def _name(error: Exception) -> str:
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
