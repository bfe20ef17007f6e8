"""Visas that are shown as grounds of a request."""

from __future__ import annotations

from typing import Protocol

from ledger_node.domain.visa import Visa


class Visas(Protocol):
    def read(self, visa: str, request: str, now: int) -> Visa:
        """What a visa grants, once its signature and its times are checked. InvalidVisa, which repeats nothing of it;
        ProviderUnreachable."""
        ...
