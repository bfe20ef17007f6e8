"""The Tokens port: JSON Web Tokens as bearers' access tokens (RFC 9068)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from ledger_node.errors import RoleMissing, Unauthenticated
from ledger_node.oidc.provider import Provider
from ledger_node.oidc.signed import NotTaken, claims_of, require_now
from ledger_node.ports import Caller

TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}
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
        try:
            claims = claims_of(token, self._provider, TYPES)
            require_now(claims, now)
            subject = self._subject(claims)
        except NotTaken as error:
            raise Unauthenticated(
                f"the token {error}", needed="a token of the configured identity provider for this node"
            ) from None
        hidden = hmac.digest(self._secret, f"{self._issuer}\n{subject}".encode(), hashlib.sha256).hex()
        return Caller(f"token {self._issuer} {hidden[:SUBJECT_DIGITS]}", self._role(claims))

    def _subject(self, claims: dict[str, Any]) -> str:
        audiences = claims.get("aud")
        if claims.get("iss") != self._issuer:
            raise NotTaken("is of another issuer")
        if self._audience not in (audiences if isinstance(audiences, list) else [audiences]):
            raise NotTaken("is for another audience")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise NotTaken("names no subject")
        return subject

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
