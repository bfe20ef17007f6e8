"""Who may use this node's API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

ID_DIGITS = 12  # of a digest, where the whole is too long for people


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key to this node's API, without itself. Times are Unix seconds; `made_at` is None for a configured one.

    `reach` are words: `read`, a noun of the API, or `NOUN:read`; without any it is all that the role may do.
    """

    digest: str
    role: str
    label: str
    reach: tuple[str, ...] = ()
    made_at: int | None = None
    expires_at: int | None = None
    revoked_at: int | None = None
    used_at: int | None = None

    @property
    def id(self) -> str:
        """What names the key where its digest is too long."""
        return self.digest[:ID_DIGITS]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `name` names an API key, or a token's issuer and a keyed hash of its subject: never a person. `reach`
    is as an API key has it."""

    name: str
    role: str
    reach: tuple[str, ...] = ()


class ApiKeys(Protocol):
    """Keys to this node's API. Only sha-256 of a key is kept."""

    def find(self, key: str) -> ApiKey | None:
        """Also one that has expired or was revoked."""
        ...

    def named(self, id_: str) -> ApiKey | None:
        """The same by its id."""
        ...

    def note_use(self, key: ApiKey, now: int) -> None:
        """Remembers the minute, to be written later: a read must not wait for a write."""
        ...


class Tokens(Protocol):
    """Tokens of an identity provider."""

    def caller(self, token: str, now: int) -> Caller: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in at the identity provider, which vouches for them until `ends_at` (Unix seconds)."""

    caller: Caller
    ends_at: int


class People(Protocol):
    """Sign-in at an identity provider, to which a browser goes and from which it comes back. `secret` is known to that
    browser and this node alone; `back` is the address to come back to."""

    @property
    def at(self) -> str:
        """What its people call the provider; empty when nobody has said it."""
        ...

    def way(self, secret: str, back: str) -> str:
        """The address at the provider to go to. ProviderUnreachable."""
        ...

    def person(self, secret: str, back: str, answer: Mapping[str, str], now: int) -> Person:
        """Who came back, by the query that they brought along. Unauthenticated; RoleMissing; ProviderUnreachable."""
        ...

    def still_takes(self, person: Person) -> bool:
        """Whether who signed in before could still be of this provider, in this role, as it is configured now."""
        ...
