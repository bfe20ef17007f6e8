"""What a check reads of the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ledger_node.domain.submission import Receipt


@dataclass(frozen=True, slots=True)
class Difference:
    """A table of the index (prefix left off) that is not what the chain's events make, with its rows here and there."""

    table: str
    here: int
    chain: int


@dataclass(frozen=True, slots=True)
class Audited:
    """What the outbox says of a submission. One that is queued has neither nonce nor hash."""

    id: str
    signer: str
    nonce: int | None
    hash: str | None
    state: str
    block: int | None
    block_hash: str | None
    status: int | None


class Audit(Protocol):
    """What a check reads of the store, and the one thing that it corrects."""

    def compare(self, at: int, follow: Callable[[Any], object]) -> tuple[int, list[Difference]]:
        """The index up to block `at` against one that `follow` fills from nothing; also how many rows there are."""

    def digests(self, at: int) -> set[str]:
        """Every digest that a fact up to a block names."""

    def submissions(self) -> list[Audited]:
        """All, by signer and nonce."""

    def settle(self, told: Audited, receipt: Receipt, outcome: dict[str, Any]) -> bool:
        """What the receipt says instead of what was told, open to a reorganisation. False when it moved meanwhile."""
