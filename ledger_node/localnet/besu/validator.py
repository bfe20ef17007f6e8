"""A validator of a Besu consortium: its key, and where the others find it."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.localnet.keys import NodeKey

P2P_PORT, RPC_PORT, METRICS_PORT = 30303, 8545, 9545


@dataclass(frozen=True, slots=True)
class Validator:
    """`number` counts from 1; `host` is an address that the other validators reach."""

    number: int
    key: NodeKey
    host: str

    @property
    def name(self) -> str:
        return f"validator-{self.number}"

    @property
    def enode(self) -> str:
        return self.key.enode(self.host, P2P_PORT)
