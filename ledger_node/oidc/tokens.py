"""The Tokens port: JSON Web Tokens as bearers' access tokens (RFC 9068)."""

from __future__ import annotations

from ledger_node.errors import Unauthenticated
from ledger_node.oidc.callers import Callers
from ledger_node.oidc.provider import Provider
from ledger_node.oidc.signed import NotTaken, claims_of, require_now
from ledger_node.ports import Caller

TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}


class ProviderTokens:
    """`audience` is what a token's `aud` must name: this node, as the provider knows it."""

    def __init__(self, provider: Provider, callers: Callers, *, audience: str) -> None:
        self._provider = provider
        self._callers = callers
        self._audience = audience

    def caller(self, token: str, now: int) -> Caller:
        """Unauthenticated; RoleMissing for a token that gives no role here or several; ProviderUnreachable."""
        try:
            claims = claims_of(token, self._provider, TYPES)
            require_now(claims, now)
            return self._callers.of(claims, self._audience)
        except NotTaken as error:
            raise Unauthenticated(
                f"the token {error}", needed="a token of the configured identity provider for this node"
            ) from None
