"""Sessions of people at the pages: a token in a cookie stands for an API key, which is asked again each time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from ledger_node.errors import Unauthenticated
from ledger_node.ports import Caller, Clock, KeptSession, KeptSessions
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

    def __init__(self, access: Access, kept: KeptSessions, clock: Clock) -> None:
        self._access = access
        self._kept = kept
        self._clock = clock

    def begin(self, key: str) -> str:
        """The token of a new session for who has the key. Unauthenticated."""
        now, token = self._clock.now(), secrets.token_urlsafe(32)
        opened = KeptSession(self._access.open(key).id, now, now)
        self._kept.forget(now - LONGEST, now - IDLE)
        self._kept.add(_digest(token), opened)
        return token

    def read(self, token: str, *, noted: bool = True) -> Session | None:
        """None for what this node did not make, and once the session or its key has ended. `noted` when a person looks
        at a page, which makes it last."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        digest, now = _digest(token), self._clock.now()
        found = self._kept.find(digest)
        if found is None or now >= found.begun_at + LONGEST or now >= found.seen_at + IDLE:
            return None
        try:
            caller = self._access.caller_of(found.key)
        except Unauthenticated:
            return None
        if noted and now >= found.seen_at + NOTED:
            self._kept.touch(digest, now)
        return Session(caller, hmac.digest(token.encode(), b"medledger form", hashlib.sha256).hex())

    def end(self, token: str) -> None:
        self._kept.remove(_digest(token))


def _digest(token: str) -> str:
    """A token is 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
