"""Recalls of model versions, and who has read them."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Severity
from ledger_node.domain.position import Position


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An organisation's word that it read the recall."""

    organisation: int
    acknowledged_at: int
    at: Position


@dataclass(frozen=True, slots=True)
class Recall:
    """`notice_digest` is sha-256 of the public notice; `replacement` a version of the same model, or None.

    `lifted_by` is the organisation that lifted it, 0 for a vote; None while it stands, like `lifted_at`.
    """

    id: str
    version: str
    issuer: int
    severity: Severity
    notice_digest: str
    replacement: str | None
    issued_at: int
    acknowledgements: tuple[Acknowledgement, ...]
    lifted_by: int | None
    lifted_at: int | None
    at: Position

    @property
    def stands(self) -> bool:
        return self.lifted_at is None
