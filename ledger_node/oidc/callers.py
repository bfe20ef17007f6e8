"""Whom the claims of a token stand for at this node."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger_node.errors import RoleMissing
from ledger_node.oidc.signed import NotTaken
from ledger_node.ports import Caller

SUBJECT_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Callers:
    """`claim` is the path to the claim that holds roles, `roles` what its values mean here. `secret` hides subjects:
    whoever reads a record must not find a person by trying names."""

    issuer: str
    claim: Sequence[str]
    roles: Mapping[str, str]
    secret: bytes

    def of(self, claims: Mapping[str, Any], audience: str) -> Caller:
        """NotTaken unless they are this issuer's for the audience; RoleMissing when they give no role here or
        several."""
        audiences = claims.get("aud")
        if claims.get("iss") != self.issuer:
            raise NotTaken("is of another issuer")
        if audience not in (audiences if isinstance(audiences, list) else [audiences]):
            raise NotTaken("is for another audience")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise NotTaken("names no subject")
        hidden = hmac.digest(self.secret, f"{self.issuer}\n{subject}".encode(), hashlib.sha256).hex()
        return Caller(f"{self._prefix}{hidden[:SUBJECT_DIGITS]}", self._role(claims))

    def knows(self, caller: Caller) -> bool:
        """Whether one of these could still be made of claims."""
        return caller.name.startswith(self._prefix) and caller.role in self.roles.values()

    @property
    def _prefix(self) -> str:
        return f"token {self.issuer} "

    def _role(self, claims: Mapping[str, Any]) -> str:
        found: Any = claims
        for name in self.claim:
            found = found.get(name) if isinstance(found, Mapping) else None
        values = found if isinstance(found, list) else [found]
        roles = {self.roles[value] for value in values if isinstance(value, str) and value in self.roles}
        if len(roles) != 1:
            raise RoleMissing(
                "the token gives no role of this node, or several", got=f"{len(roles)} roles", needed="exactly one"
            )
        return roles.pop()
