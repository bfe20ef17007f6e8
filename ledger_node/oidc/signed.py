"""What an issuer signed: JSON Web Tokens (RFC 7519), checked as RFC 8725 advises."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from ledger_node import shallow
from ledger_node.oidc.provider import Provider
from ledger_node.proof.strict_json import unique

LEEWAY = 60  # seconds that two clocks may differ
#: A token that brings its own key, or the place of one, or what must be understood.
FOREIGN = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64"})


class NotTaken(Exception):
    """Why a token is not taken, in words that go on after `the token`."""


def claims_of(token: str, provider: Provider, types: Collection[str | None], jku: str | None = None) -> dict[str, Any]:
    """The claims, once the signature has been checked with a key of the provider. `types` are those that its `typ` may
    be, in lower case; `jku` is the one place of keys that a header may name. NotTaken; ProviderUnreachable."""
    try:
        found = jws.extract_compact(token.encode())
        header = found.headers()
        kid, algorithm, kind = (header.get(name) for name in ("kid", "alg", "typ"))
        foreign = FOREIGN - {"jku"} if jku is not None and header.get("jku") == jku else FOREIGN
        if not isinstance(kid, str) or not isinstance(algorithm, str) or not foreign.isdisjoint(header):
            raise NotTaken("has a header that is not taken")
        if (kind.lower() if isinstance(kind, str) else kind) not in types:
            raise NotTaken("is of another type")
        signing = provider.key(kid)
        if signing is None:
            raise NotTaken("names a key that its issuer does not have")
        registry = jws.JWSRegistry(algorithms=[signing.algorithm], strict_check_header=False)
        if not jws.validate_compact(found, signing.key, registry=registry):
            raise NotTaken("has a signature that is not its own")
    except (JoseError, ValueError, TypeError):
        raise NotTaken("cannot be read, or is not signed as its key is to sign") from None
    return read_claims(found.payload or b"")


def read_claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = shallow.loads(payload, object_pairs_hook=unique)
    except ValueError:
        raise NotTaken("has claims that can be read in two ways, or in none") from None
    if not isinstance(claims, dict):
        raise NotTaken("has no claims")
    return claims


def require_now(claims: Mapping[str, Any], now: int) -> None:
    """NotTaken unless the token is valid now, give or take LEEWAY."""
    end, begin, made = (claims.get(name) for name in ("exp", "nbf", "iat"))
    if not all(is_time(at) for at in (end, begin or 0, made or 0)):
        raise NotTaken("has no time that can be read")
    if now >= end + LEEWAY:  # type: ignore[operator]  # a time
        raise NotTaken("has expired")
    if now < max(begin or 0, made or 0) - LEEWAY:
        raise NotTaken("is not valid yet")


def is_time(value: object) -> bool:
    """A NumericDate: not the true that JSON tells from 1 and Python does not, nor a number without an end."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53
