"""The one shape of what a local network runs: made once in the network's folder, started any number of times."""

from __future__ import annotations

from typing import Protocol

from ledger_node.localnet.processes import Handle, Known
from ledger_node.localnet.settings import Engine


class Part(Protocol):
    """One technology and its processes."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it runs, in the order of starting."""

    def make(self) -> None:
        """Keys and files, once. ToolMissing when a program is not installed."""

    def start(self, name: str, known: Known) -> Handle:
        """Starts one process, the first time or again; `known` is told as soon as it is there. Returns when the next
        may be started. NetworkState when that cannot be."""

    def wait(self, name: str, handle: Handle) -> None:
        """Until it answers. NetworkState when it ends or does not answer in time."""


class Chain(Part, Protocol):
    """The engine: whoever seals blocks, by name."""

    @property
    def kind(self) -> Engine:
        """As a node's configuration names it."""

    @property
    def urls(self) -> tuple[str, ...]:
        """The JSON-RPC of each name."""

    @property
    def port_name(self) -> str:
        """Under which its first JSON-RPC's port is kept."""

    @property
    def depth(self) -> int:
        """Blocks on top of one before it stays; 0 when there is nobody to exchange it."""

    def sealer(self, name: str) -> str:
        """The address that seals there; empty when blocks are not signed."""
