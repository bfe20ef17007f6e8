"""Sessions of people at the pages: a signed token in a cookie stands for an API key, which is asked again each time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from ledger_node.errors import Unauthenticated
from ledger_node.ports import Caller, Clock
from ledger_node.services.access import Access

IDLE = 30 * 60  # seconds without a page, after which the session has ended
LONGEST = 12 * 3600  # seconds from the sign-in to its end, whatever happens
RENEWED = 60  # seconds after which a token is made anew, so that not each page sets a cookie
LONGEST_TOKEN = 512


@dataclass(frozen=True, slots=True)
class Session:
    """`form` is what each of its forms must bring along; `renewed` the token to go on with, once it is time."""

    caller: Caller
    form: str
    renewed: str | None


class Sessions:
    """Nothing is kept here: any process of the node that has its `secret` reads a token (docs/adr/0030)."""

    def __init__(self, access: Access, clock: Clock, secret: bytes) -> None:
        self._access = access
        self._clock = clock
        self._tokens, self._forms = (
            hmac.digest(secret, f"medledger session {purpose}".encode(), hashlib.sha256)
            for purpose in ("token", "form")
        )

    def begin(self, key: str) -> str:
        """The token of a new session for who has the key. Unauthenticated."""
        now = self._clock.now()
        return self._sealed(self._access.open(key).id, secrets.token_hex(32), now, now)

    def read(self, token: str) -> Session | None:
        """None for what this node did not make, and once the session or its key has ended."""
        found = self._opened(token)
        if found is None:
            return None
        key, nonce, begun, seen = found
        now = self._clock.now()
        if now >= begun + LONGEST or now >= seen + IDLE:
            return None
        try:
            caller = self._access.caller_of(key)
        except Unauthenticated:
            return None
        form = hmac.digest(self._forms, nonce.encode(), hashlib.sha256).hex()
        return Session(caller, form, self._sealed(key, nonce, begun, now) if now >= seen + RENEWED else None)

    def _sealed(self, key: str, nonce: str, begun: int, seen: int) -> str:
        content = base64.urlsafe_b64encode(json.dumps([key, nonce, begun, seen]).encode())
        return f"{content.decode()}.{self._seal(content)}"

    def _opened(self, token: str) -> tuple[str, str, int, int] | None:
        content, _, seal = token.partition(".")
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        if not hmac.compare_digest(self._seal(content.encode()), seal):
            return None
        key, nonce, begun, seen = json.loads(base64.urlsafe_b64decode(content))
        return key, nonce, begun, seen

    def _seal(self, content: bytes) -> str:
        return hmac.digest(self._tokens, content, hashlib.sha256).hex()
