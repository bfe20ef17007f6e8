"""The People port: the authorisation code flow of OpenID Connect Core 1.0, with PKCE (RFC 7636).

State, nonce and code verifier are made of the browser's own secret: nothing of a sign-in that has begun is kept here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

import httpx2

from ledger_node.errors import Unauthenticated
from ledger_node.oidc.callers import Callers
from ledger_node.oidc.provider import Provider
from ledger_node.oidc.signed import NotTaken, claims_of, require_now
from ledger_node.ports import Person

TYPES = {None, "jwt"}
ANEW = "to sign in from the beginning, in one browser"


class ProviderPeople:
    """`client` is this node as a client of the provider; `password` is its secret there, None for a public client."""

    def __init__(
        self,
        provider: Provider,
        callers: Callers,
        *,
        client: str,
        password: str | None,
        scopes: Sequence[str],
        at: str,
    ) -> None:
        self._provider = provider
        self._callers = callers
        self._client = client
        self._password = password
        self._scopes = scopes
        self.at = at

    def way(self, secret: str, back: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": back,
            "scope": " ".join(self._scopes),
            "state": _made_of(secret, "state"),
            "nonce": _made_of(secret, "nonce"),
            "code_challenge": _encoded(hashlib.sha256(_made_of(secret, "verifier").encode()).digest()),
            "code_challenge_method": "S256",
        }
        return str(httpx2.URL(self._provider.places().sign_in).copy_merge_params(asked))

    def person(self, secret: str, back: str, answer: Mapping[str, str], now: int) -> Person:
        # Of an empty secret, anybody could make the state.
        if not secret or not hmac.compare_digest(answer.get("state", "").encode(), _made_of(secret, "state").encode()):
            raise Unauthenticated("this browser did not begin that sign-in", needed=ANEW)
        if answer.get("iss", self._callers.issuer) != self._callers.issuer:  # RFC 9207
            raise Unauthenticated("another provider answered", needed=ANEW)
        if "code" not in answer:
            raise Unauthenticated("the identity provider signed nobody in", needed=ANEW)
        try:
            claims = self._claims(self._exchanged(secret, back, answer["code"]), now)
            if not hmac.compare_digest(str(claims.get("nonce")).encode(), _made_of(secret, "nonce").encode()):
                raise NotTaken("is of another sign-in")
            return Person(self._callers.of(claims, self._client), int(claims["exp"]))
        except NotTaken as error:
            raise Unauthenticated(f"the identity provider's token {error}", needed=ANEW) from None

    def still_takes(self, person: Person) -> bool:
        return self._callers.knows(person.caller)

    def _exchanged(self, secret: str, back: str, code: str) -> str:
        """The ID token that the provider gives for a code, once."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": _made_of(secret, "verifier"),
        }
        places, login = self._provider.places(), None
        if self._password is not None and places.takes_basic:
            login = (quote_plus(self._client), quote_plus(self._password))  # RFC 6749, 2.3.1
        else:
            fields["client_id"] = self._client
            if self._password is not None:
                fields["client_secret"] = self._password
        token = self._provider.give(places.tokens, fields, login).get("id_token")
        if not isinstance(token, str):
            raise Unauthenticated("the identity provider does not take this code", needed=ANEW)
        return token

    def _claims(self, token: str, now: int) -> dict[str, Any]:
        claims = claims_of(token, self._provider, TYPES)
        require_now(claims, now)
        several = isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client) != self._client:
            raise NotTaken("is for another client")
        return claims


def _made_of(secret: str, what: str) -> str:
    """43 characters that a PKCE verifier may have too."""
    return _encoded(hmac.digest(secret.encode(), what.encode(), hashlib.sha256))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
