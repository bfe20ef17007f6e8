"""Sessions of people at the pages: a token in a cookie stands for an API key, which is asked again each time, or for
who signed in at the identity provider, until it no longer vouches for them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from ledger_node.errors import Unauthenticated
from ledger_node.ports import Caller, Clock, KeptSession, KeptSessions, People, Person
from ledger_node.services.access import Access

IDLE = 30 * 60  # seconds without a page, after which the session has ended
LONGEST = 12 * 3600  # seconds from the sign-in to its end, whatever happens
NOTED = 60  # seconds after which a page is noted, so that not each one writes
LONGEST_TOKEN = 128


@dataclass(frozen=True, slots=True)
class Session:
    """`form` is what each of its forms must bring along."""

    caller: Caller
    form: str


class Sessions:
    """Any process of the node that has its store knows a token; who reads the store learns none (docs/adr/0030)."""

    def __init__(self, access: Access, kept: KeptSessions, clock: Clock, people: People | None = None) -> None:
        self._access = access
        self._kept = kept
        self._clock = clock
        #: None on a node at which nobody signs in by an identity provider.
        self.people = people

    def begin(self, key: str) -> str:
        """The token of a new session for who has the key. Unauthenticated."""
        return self._open(self._access.open(key).id)

    def welcome(self, secret: str, back: str, answer: Mapping[str, str]) -> str:
        """The token of a new session for who comes back from the identity provider (see `People.person`)."""
        if self.people is None:
            raise Unauthenticated("no identity provider signs people in here", needed="an API key")
        return self._open(self.people.person(secret, back, answer, self._clock.now()))

    def _open(self, who: str | Person) -> str:
        now, token = self._clock.now(), secrets.token_urlsafe(32)
        self._kept.forget(now - LONGEST, now - IDLE)
        self._kept.add(_digest(token), KeptSession(who, now, now))
        return token

    def read(self, token: str, *, noted: bool = True) -> Session | None:
        """None for what this node did not make, and once the session has ended, or what it stands for. `noted` when a
        person looks at a page, which makes it last."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        digest, now = _digest(token), self._clock.now()
        found = self._kept.find(digest)
        if found is None or now >= found.begun_at + LONGEST or now >= found.seen_at + IDLE:
            return None
        caller = self._caller(found.who, now)
        if caller is None:
            return None
        if noted and now >= found.seen_at + NOTED:
            self._kept.touch(digest, now)
        return Session(caller, hmac.digest(token.encode(), b"medledger form", hashlib.sha256).hex())

    def _caller(self, who: str | Person, now: int) -> Caller | None:
        if isinstance(who, Person):
            lasts = now < who.ends_at and self.people is not None and self.people.still_takes(who)
            return who.caller if lasts else None
        try:
            return self._access.caller_of(who)
        except Unauthenticated:
            return None

    def end(self, token: str) -> None:
        self._kept.remove(_digest(token))


def _digest(token: str) -> str:
    """A token is 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
