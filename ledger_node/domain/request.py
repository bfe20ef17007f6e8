"""Requests for a consent, and their answers."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import DeclineReason, Operation, Purpose, Region, RequestState
from ledger_node.domain.position import Position


@dataclass(frozen=True, slots=True)
class Wanted:
    """The terms wanted, each as in `Terms`; `card_digest` is sha-256 of the public project card."""

    dataset: str
    purposes: Purpose
    operations: Operation
    condition: int
    regions: Region
    not_before: int
    expires_at: int
    max_rounds: int
    epsilon_budget: int
    project_ref: str
    card_digest: str


@dataclass(frozen=True, slots=True)
class Request:
    """`consent` is there once granted, `decline_reason` once declined, `answered_at` (Unix seconds) with either."""

    id: str
    requester: int
    made_at: int
    wanted: Wanted
    consent: str | None
    decline_reason: DeclineReason | None
    answered_at: int | None
    at: Position

    @property
    def state(self) -> RequestState:
        if self.consent is not None:
            return RequestState.GRANTED
        return RequestState.OPEN if self.decline_reason is None else RequestState.DECLINED
