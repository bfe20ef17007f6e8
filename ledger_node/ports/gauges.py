"""What the node says of itself to whoever watches it."""

from __future__ import annotations

from typing import Protocol

from ledger_node.domain.figures import Figures, Standing


class Gauges(Protocol):
    """What the node's own store says of how the node stands."""

    def read(self) -> Figures: ...

    def settled(self) -> list[tuple[str, int]]:
        """The writes that were settled since the last call: `mined`, `failed` or `replaced`, and how many seconds lie
        between accepting one and the time of its block."""

    def require_writable(self) -> None:
        """StoreUnavailable when nothing can be written now."""


class Meter(Protocol):
    """Counts and durations (seconds) for whoever watches the node. Labels are names of ours: never an id or a path."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An HTTP request, by its route as declared."""

    def settled(self, outcome: str, seconds: float) -> None:
        """A write, from being accepted until its outcome was known."""

    def rewound(self, blocks: int) -> None:
        """The index followed a reorganisation."""

    def delivered(self, outcome: str, seconds: float) -> None:
        """An attempt to send an event to a webhook: `delivered`, `refused`, `address`, `unreachable` or `timeout`."""

    def render(self, standing: Standing) -> bytes:
        """All of it, with how the node stands, in the form that Prometheus reads."""
