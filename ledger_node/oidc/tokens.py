"""The Tokens port: JSON Web Tokens (RFC 7519) as bearers' access tokens (RFC 9068), checked as RFC 8725 advises."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from joserfc import jws
from joserfc.errors import JoseError

from ledger_node import shallow
from ledger_node.errors import RoleMissing, Unauthenticated
from ledger_node.oidc.provider import Provider
from ledger_node.ports import Caller
from ledger_node.proof.strict_json import unique

LEEWAY = 60  # seconds that two clocks may differ
TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}
#: A token that brings its own key, or the place of one, or what must be understood.
FOREIGN = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64"})
SUBJECT_DIGITS = 16


class ProviderTokens:
    """`claim` is the path to the claim that holds roles, `roles` what its values mean here. `secret` hides subjects:
    whoever reads a record must not find a person by trying names."""

    def __init__(
        self,
        provider: Provider,
        *,
        issuer: str,
        audience: str,
        claim: Sequence[str],
        roles: Mapping[str, str],
        secret: bytes,
    ) -> None:
        self._provider = provider
        self._issuer = issuer
        self._audience = audience
        self._claim = claim
        self._roles = roles
        self._secret = secret

    def caller(self, token: str, now: int) -> Caller:
        """Unauthenticated; RoleMissing for a token that gives no role here or several; ProviderUnreachable."""
        claims = self._claims(self._signed(token))
        _require_now(claims, now)
        audiences = claims.get("aud")
        if claims.get("iss") != self._issuer:
            _refuse("is of another issuer")
        if self._audience not in (audiences if isinstance(audiences, list) else [audiences]):
            _refuse("is for another audience")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            _refuse("names no subject")
        hidden = hmac.digest(self._secret, f"{self._issuer}\n{subject}".encode(), hashlib.sha256).hex()
        return Caller(f"token {self._issuer} {hidden[:SUBJECT_DIGITS]}", self._role(claims))

    def _signed(self, token: str) -> bytes:
        """The payload, once its signature has been checked with a key of the provider."""
        try:
            found = jws.extract_compact(token.encode())
            header = found.headers()
            kid, algorithm, kind = (header.get(name) for name in ("kid", "alg", "typ"))
            if not isinstance(kid, str) or not isinstance(algorithm, str) or not FOREIGN.isdisjoint(header):
                _refuse("has a header that is not taken")
            if (kind.lower() if isinstance(kind, str) else kind) not in TYPES:
                _refuse("is of another type")
            signing = self._provider.key(kid)
            if signing is None:
                _refuse("names a key that the identity provider does not have")
            registry = jws.JWSRegistry(algorithms=[signing.algorithm], strict_check_header=False)
            if not jws.validate_compact(found, signing.key, registry=registry):
                _refuse("has a signature that is not its own")
        except (JoseError, ValueError, TypeError):
            _refuse("cannot be read, or is not signed as its key is to sign")
        return found.payload or b""

    def _claims(self, payload: bytes) -> dict[str, Any]:
        try:
            claims = shallow.loads(payload, object_pairs_hook=unique)
        except ValueError:
            _refuse("has claims that can be read in two ways, or in none")
        if not isinstance(claims, dict):
            _refuse("has no claims")
        return claims

    def _role(self, claims: dict[str, Any]) -> str:
        found: Any = claims
        for name in self._claim:
            found = found.get(name) if isinstance(found, dict) else None
        values = found if isinstance(found, list) else [found]
        roles = {self._roles[value] for value in values if isinstance(value, str) and value in self._roles}
        if len(roles) != 1:
            raise RoleMissing(
                "the token gives no role of this node, or several", got=f"{len(roles)} roles", needed="exactly one"
            )
        return roles.pop()


def _require_now(claims: dict[str, Any], now: int) -> None:
    """Unauthenticated unless the token is valid now, give or take LEEWAY."""
    end, begin, made = (claims.get(name) for name in ("exp", "nbf", "iat"))
    if not all(_is_time(at) for at in (end, begin or 0, made or 0)):
        _refuse("has no time that can be read")
    if now >= end + LEEWAY:  # type: ignore[operator]  # a time
        _refuse("has expired")
    if now < max(begin or 0, made or 0) - LEEWAY:
        _refuse("is not valid yet")


def _is_time(value: object) -> bool:
    """A NumericDate: not the true that JSON tells from 1 and Python does not, nor a number without an end."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53


def _refuse(why: str) -> NoReturn:
    raise Unauthenticated(f"the token {why}", needed="a token of the configured identity provider for this node")
