"""What may be found. A code never changes its meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Code(StrEnum):
    """The comment says how it is mended; what has none is for a person to decide."""

    CHAIN_DIFFERS = "chain-differs"
    CODE_DIFFERS = "code-differs"
    CODE_ABSENT = "code-absent"
    RECORD_DIFFERS = "record-differs"
    INDEX_BLOCK = "index-block-gone"  # the index is made again
    INDEX_ROWS = "index-rows-differ"  # the index is made again
    OUTCOME_DIFFERS = "submission-outcome-differs"  # taken from the receipt
    NOT_SETTLED = "submission-not-settled"  # taken from the receipt
    NOT_ON_CHAIN = "submission-not-on-chain"
    NONCE_MISSING = "nonce-missing"
    NONCE_FOREIGN = "nonce-foreign"
    STORE_AWAY = "document-store-away"
    DOCUMENT_ABSENT = "document-absent"  # from the queue of pins, or from the swarm
    DOCUMENT_CORRUPT = "document-corrupt"  # from the queue of pins, or from the swarm
    CAPTURE_BROKEN = "capture-broken"  # forgotten, and captured anew at the newest final block
    NODES_MISCOUNTED = "proof-nodes-miscounted"  # counted again


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is what it is about: a table, a submission's id, a document's digest, a contract. `repairable` says
    whether the right state can be derived, `repaired` whether it was."""

    code: Code
    subject: str
    detail: str
    repairable: bool = False
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """`checked` counts by part what was looked at."""

    as_of: int
    checked: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def clean(self) -> bool:
        return not self.findings


class Part(Protocol):
    """One thing that is compared with another."""

    name: str

    def look(self, at: int) -> tuple[int, list[Finding]]:
        """How much was looked at, and what was found, up to block `at`."""

    def repair(self, findings: list[Finding], /) -> Iterator[Finding]:
        """Those of its repairable findings that it mended, marked so."""
