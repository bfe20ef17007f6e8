"""An issuer of tokens: where it is asked for what (OpenID Connect Discovery 1.0), its keys, cached, and its answers."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from ledger_node import shallow
from ledger_node.errors import ProviderUnreachable
from ledger_node.oidc.keys import SigningKey, signing_keys

LARGEST = 1 << 18  # bytes of an answer
PATIENCE = 5.0  # seconds for an answer, from the first byte of the question
FRESH = 600.0  # seconds that keys are used without another look
STALE = 3600.0  # seconds that they are still used while the provider does not answer
MOST_WAITING = 16  # callers that wait for an answer that another asked for
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Places:
    """Of a provider at which people sign in. `takes_basic` is whether a client's secret may go in the header."""

    sign_in: str
    tokens: str
    takes_basic: bool


class Provider:
    """`pause` are the seconds between two questions, however many tokens name a key that is not known. `tls` says which
    certificates are trusted. `jwks` is where the keys of an issuer are that has no discovery document."""

    def __init__(
        self,
        issuer: str,
        *,
        pause: float,
        tls: ssl.SSLContext | None = None,
        jwks: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._pause = pause
        self._jwks = jwks
        self._clock = clock
        # Straight to the provider: no proxy of the environment, no redirect.
        self._http = httpx2.Client(
            timeout=PATIENCE, follow_redirects=False, trust_env=False, verify=tls or ssl.create_default_context()
        )
        self._asking = threading.Lock()
        self._room = threading.BoundedSemaphore(MOST_WAITING)
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._places: Places | None = None
        self._discovered_at: float | None = None
        self._sought_at: float | None = None

    def key(self, kid: str) -> SigningKey | None:
        """None when the provider has no such key now. ProviderUnreachable when there are no keys to look among, or it
        is being asked for this one and does not answer in time."""
        now = self._clock()
        needed = kid not in self._keys or self._age(now) > STALE
        asked = self._refresh(now, needed) if needed or self._age(now) > FRESH else True
        if self._age(now) > STALE or (not asked and kid not in self._keys):
            raise ProviderUnreachable(
                "the identity provider's keys cannot be had", needed="the provider, at the configured issuer"
            )
        return self._keys.get(kid)

    def places(self) -> Places:
        """As discovered not long ago. ProviderUnreachable."""
        now = self._clock()
        if (self._discovered_at is None or now - self._discovered_at > FRESH) and self._turn(needed=True):
            try:
                if self._sought_at is None or now - self._sought_at >= self._pause:
                    self._sought_at = now
                    self._places, self._discovered_at = _places_of(self._discover()), now
            except (httpx2.HTTPError, ValueError):
                pass  # what was discovered before may still hold
            finally:
                self._asking.release()
        if self._places is None:
            raise ProviderUnreachable(
                "the identity provider does not tell where people sign in",
                needed="its discovery document, at the configured issuer",
            )
        return self._places

    def give(self, url: str, fields: Mapping[str, str], login: tuple[str, str] | None) -> dict[str, Any]:
        """What the provider answers to a form; empty when it refuses it. ProviderUnreachable."""
        try:
            status, found = self._ask("POST", url, data=fields, auth=login)
        except (httpx2.HTTPError, ValueError):
            raise ProviderUnreachable(
                "the identity provider does not answer a code", needed="the provider, at its token endpoint"
            ) from None
        if found.get("error") in ("invalid_client", "unauthorized_client"):
            raise ProviderUnreachable(
                "the identity provider does not take this node as its client",
                needed="the client's id and secret as the provider has them",
            )
        return found if status == 200 else {}

    def _age(self, now: float) -> float:
        return float("inf") if self._fetched_at is None else now - self._fetched_at

    def _refresh(self, now: float, needed: bool) -> bool:
        """Asks once, if it is time to. False when another still asks."""
        if not self._turn(needed):
            return False
        try:
            if self._asked_at is not None and now - self._asked_at < self._pause:
                return True
            self._asked_at = now
            if keys := signing_keys(self._get(self._place())):  # none at all is no answer
                self._keys, self._fetched_at = keys, now
        except (httpx2.HTTPError, ValueError):
            pass  # what is known stays until it is stale
        finally:
            self._asking.release()
        return True

    def _place(self) -> str:
        """Where the keys are. ValueError when discovery does not tell."""
        if self._jwks is not None:
            return self._jwks
        return _guarded(self._discover().get("jwks_uri"))

    def _discover(self) -> dict[str, Any]:
        found = self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self._issuer:
            raise ValueError("another issuer")
        return found

    def _turn(self, needed: bool) -> bool:
        """Whether it is this caller's turn to ask. Who needs the answer waits for that of another; but few do, and not
        for long: a provider that hangs must not hold every thread."""
        if self._asking.acquire(blocking=False):
            return True
        if not needed or not self._room.acquire(blocking=False):
            return False
        try:
            return self._asking.acquire(timeout=PATIENCE)
        finally:
            self._room.release()

    def _get(self, url: str) -> dict[str, Any]:
        status, found = self._ask("GET", url)
        if status != 200:
            raise ValueError("no document")
        return found

    def _ask(self, method: str, url: str, **asked: Any) -> tuple[int, dict[str, Any]]:
        """A status below 500 and a JSON object. ValueError for anything else, HTTPError when it does not come."""
        deadline = time.monotonic() + PATIENCE
        content = b""
        with self._http.stream(method, url, headers={"Accept": "application/json"}, **asked) as answer:
            if answer.status_code >= 500:
                raise ValueError("no answer")
            for part in answer.iter_bytes():
                content += part
                if len(content) > LARGEST or time.monotonic() > deadline:
                    raise ValueError("too long")
        found = shallow.loads(content)
        if not isinstance(found, dict):
            raise ValueError("no object")
        return answer.status_code, found


def _places_of(discovered: Mapping[str, Any]) -> Places:
    methods = discovered.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Places(
        _guarded(discovered.get("authorization_endpoint")),
        _guarded(discovered.get("token_endpoint")),
        takes_basic=isinstance(methods, list) and "client_secret_basic" in methods,
    )


def _guarded(url: object) -> str:
    """ValueError unless nobody between can change what comes from there: TLS, or this machine."""
    try:
        parsed = httpx2.URL(str(url))
    except httpx2.InvalidURL:
        raise ValueError("no URL") from None
    if not parsed.host or not (parsed.scheme == "https" or (parsed.scheme == "http" and parsed.host in LOOPBACK)):
        raise ValueError("no place that is safe to ask")
    return str(url)
