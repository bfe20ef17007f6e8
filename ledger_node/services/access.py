"""Whom a credential stands for."""

from __future__ import annotations

from ledger_node.errors import Unauthenticated
from ledger_node.ports import ApiKey, ApiKeys, Caller, Clock, Tokens


class Access:
    """`tokens` is None on a node without an identity provider."""

    def __init__(self, keys: ApiKeys, clock: Clock, tokens: Tokens | None = None) -> None:
        self._keys = keys
        self._clock = clock
        self._tokens = tokens

    def takes_for_token(self, credential: str) -> bool:
        """Whether this node takes tokens and it has their form. A token may ask the provider, a key only the store."""
        return self._tokens is not None and credential.count(".") == 2

    def caller(self, credential: str) -> Caller:
        """Unauthenticated for a key that is not known, has expired or was revoked; for a token also RoleMissing and
        ProviderUnreachable."""
        now = self._clock.now()
        if self._tokens is not None and self.takes_for_token(credential):
            return self._tokens.caller(credential, now)
        return _caller(self._valid(self._keys.find(credential), now))

    def open(self, key: str) -> ApiKey:
        """What is known of a key. Unauthenticated like a caller with it."""
        return self._valid(self._keys.find(key), self._clock.now())

    def caller_of(self, id_: str) -> Caller:
        """Who opened something with the key of this id. Unauthenticated like a caller with it now."""
        return _caller(self._valid(self._keys.named(id_), self._clock.now()))

    def _valid(self, key: ApiKey | None, now: int) -> ApiKey:
        if key is None:
            raise Unauthenticated("the key is not known to this node", needed="a key that this node's operator made")
        if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
            how = "has expired" if key.revoked_at is None else "was revoked"
            raise Unauthenticated(f"the key {how}", needed="a new key: medledger api-key make")
        self._keys.note_use(key, now)
        return key


def _caller(key: ApiKey) -> Caller:
    return Caller(f"key {key.id} {key.label}", key.role, key.reach)
