"""What a check asks of the chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ledger_node.domain.command import Listing
from ledger_node.domain.position import BlockRef
from ledger_node.domain.submission import Receipt


class Chain(Protocol):
    """The part of the Ledger port that a check needs, and what only a check asks."""

    def chain_id(self) -> int: ...

    def code_hash(self, address: str) -> str:
        """keccak-256 (0x-hex) of the code at an address, of no bytes where there is none."""

    def block(self, number: int) -> BlockRef | None: ...

    def receipts(self, transactions: Sequence[str]) -> list[Receipt | None]: ...

    def outcome(self, receipt: Receipt, contracts: Sequence[Listing]) -> dict[str, Any]: ...

    def transaction_count(self, address: str) -> int: ...
