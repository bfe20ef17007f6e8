"""A provider's keys: which can be used, when they are asked for, and what a provider that is away or lies comes to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, as_completed, wait
from itertools import islice

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from ledger_node.errors import ProviderUnreachable
from ledger_node.oidc import provider as module
from ledger_node.oidc.keys import signing_keys
from ledger_node.oidc.provider import FRESH, LARGEST, MOST_WAITING, STALE, Provider
from tests.unit.oidc.issuer import Issuer, encoded

DISCOVERY = "/.well-known/openid-configuration"
PAUSE = 30.0


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(issuer: Issuer, clock: Clock) -> Provider:
    return Provider(issuer.url, pause=PAUSE, clock=clock)


def test_keys_are_fetched_once(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    assert issuer.asked == []
    for _ in range(3):
        assert provider.key("rsa")
        clock.now += FRESH / 3
    assert issuer.asked == [DISCOVERY, "/jwks"]
    clock.now += 1
    assert provider.key("rsa")
    assert len(issuer.asked) == 4


def test_unknown_key_is_looked_for_once_in_a_while(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    assert provider.key("new") is None
    issuer.publish("new", ECKey.generate_key("P-256"))
    assert provider.key("new") is None
    assert len(issuer.asked) == 2
    clock.now += PAUSE
    assert provider.key("new")
    assert len(issuer.asked) == 4


def test_known_keys_outlast_a_provider_that_is_away(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    assert provider.key("rsa")
    issuer.published["/jwks"] = 503
    clock.now += STALE
    assert provider.key("rsa")
    clock.now += 1
    with pytest.raises(ProviderUnreachable):
        provider.key("rsa")


def test_withdrawn_key_is_forgotten(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    assert provider.key("rsa")
    issuer.published["/jwks"]["keys"] = [one for one in issuer.published["/jwks"]["keys"] if one["kid"] != "rsa"]
    clock.now += FRESH + 1
    assert provider.key("rsa") is None
    assert provider.key("ec")


@pytest.mark.parametrize("answer", [{"error": "temporarily_unavailable"}, {"keys": []}, {"keys": [{"kid": "rsa"}]}])
def test_set_without_a_usable_key_is_no_answer(
    provider: Provider, issuer: Issuer, clock: Clock, answer: object
) -> None:
    assert provider.key("rsa")
    issuer.published["/jwks"] = answer
    clock.now += STALE
    assert provider.key("rsa")
    clock.now += 1
    with pytest.raises(ProviderUnreachable):
        provider.key("rsa")


MANY = 5


def test_all_who_come_at_once_have_the_answer_to_one_question(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    """When a node starts, and when the provider has a new key."""
    issuer.answers.clear()
    with ThreadPoolExecutor(MANY) as callers:
        for kid in ("rsa", "new"):
            asked = len(issuer.asked)
            found = [callers.submit(provider.key, kid) for _ in range(MANY)]
            assert wait(found, 0.2).done == set()
            issuer.answers.set()
            assert all(one.result(10) for one in found)
            assert len(issuer.asked) == asked + 2
            issuer.answers.clear()
            issuer.publish("new", ECKey.generate_key("P-256"))
            clock.now += PAUSE
    issuer.answers.set()


def test_provider_that_hangs_holds_few_and_not_for_long(
    provider: Provider, issuer: Issuer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert provider.key("rsa")
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    clock.now += PAUSE
    issuer.answers.clear()
    with ThreadPoolExecutor(2 * MOST_WAITING) as callers:
        found = [callers.submit(provider.key, "junk") for _ in range(2 * MOST_WAITING)]
        assert wait(found, 0.9, FIRST_EXCEPTION).done  # turned away at once
        assert provider.key("rsa")  # what is known is at hand
        freed = list(islice(as_completed(found, 10), 2 * MOST_WAITING - 1))  # all but the one that asks
        issuer.answers.set()
    assert all(isinstance(one.exception(), ProviderUnreachable) for one in freed)


LIES: dict[str, Callable[[Issuer], object]] = {
    "no document": lambda issuer: 404,
    "a redirect": lambda issuer: 302,
    "another issuer": lambda issuer: {"issuer": "https://another.example", "jwks_uri": f"{issuer.url}/jwks"},
    "keys over a line that others can change": lambda issuer: {
        "issuer": issuer.url,
        "jwks_uri": "http://10.0.0.1/jwks",
    },
    "keys of a file": lambda issuer: {"issuer": issuer.url, "jwks_uri": "file:///etc/passwd"},
    "no place of keys": lambda issuer: {"issuer": issuer.url},
    "a place that is no address": lambda issuer: {"issuer": issuer.url, "jwks_uri": "https://[::1"},
    "no JSON": lambda issuer: b"<html>",
    "a list": lambda issuer: b"[]",
    "more than is read": lambda issuer: b" " * LARGEST + b" {}",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_provider_that_does_not_say_where_its_keys_are(
    provider: Provider, issuer: Issuer, lie: Callable[[Issuer], object]
) -> None:
    issuer.published[DISCOVERY] = lie(issuer)
    with pytest.raises(ProviderUnreachable):
        provider.key("rsa")
    assert issuer.asked == [DISCOVERY]


def test_only_public_keys_that_sign_are_used() -> None:
    def member(kid: str, key: RSAKey | ECKey | OctKey, **more: object) -> dict[str, object]:
        return {**key.as_dict(private=isinstance(key, OctKey)), "kid": kid, **more}

    rsa, ec = RSAKey.generate_key(2048), ECKey.generate_key("P-256")
    found = signing_keys(
        {
            "keys": [
                member("plain", rsa),
                member("named", rsa, alg="PS384"),
                member("ec", ec),
                member("symmetric", OctKey.generate_key(256), alg="HS256"),
                member("hmac", rsa, alg="HS256"),
                member("none", rsa, alg="none"),
                member("crossed", ec, alg="RS256"),
                member("encrypts", rsa, use="enc"),
                member("wraps", rsa, key_ops=["wrapKey"]),
                member("odd", rsa, key_ops=7),
                {**member("short", rsa), "n": encoded(b"\xff" * 128)},
                member("twice", rsa),
                member("twice", ec),
                {**member("broken", ec), "x": "AA"},
                {"kid": "empty", "kty": "RSA"},
                {"kty": "RSA"},
                {"kid": 7},
                "key",
            ]
        }
    )
    assert {kid: key.algorithm for kid, key in found.items()} == {"plain": "RS256", "named": "PS384", "ec": "ES256"}


@pytest.mark.parametrize("document", [{}, [], {"keys": None}, {"keys": {}}])
def test_what_is_no_set_has_no_keys(document: object) -> None:
    assert signing_keys(document) == {}
