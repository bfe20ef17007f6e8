"""Whom a credential stands for."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.errors import Unauthenticated
from ledger_node.ports import ApiKeys, Clock


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `name` names a key, never a person; `reach` is as an API key has it."""

    name: str
    role: str
    reach: tuple[str, ...] = ()


class Access:
    def __init__(self, keys: ApiKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def caller(self, credential: str) -> Caller:
        """Unauthenticated for a key that is not known, has expired or was revoked."""
        key, now = self._keys.find(credential), self._clock.now()
        if key is None:
            raise Unauthenticated("the key is not known to this node", needed="a key that this node's operator made")
        if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
            how = "has expired" if key.revoked_at is None else "was revoked"
            raise Unauthenticated(f"the key {how}", needed="a new key: medledger api-key make")
        self._keys.note_use(key, now)
        return Caller(f"key {key.id} {key.label}", key.role, key.reach)
