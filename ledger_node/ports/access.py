"""Who may use this node's API."""

from __future__ import annotations

from typing import Protocol


class ApiKeys(Protocol):
    """Keys to this node's API. Only sha-256 of a key is kept."""

    def role_of(self, key: str) -> str | None: ...
