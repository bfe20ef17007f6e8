"""Requests for a consent, what is said about them, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ledger_node.domain.codes import DeclineReason, Operation, Purpose, Region, RequestState
from ledger_node.domain.consent import Terms
from ledger_node.domain.position import Position
from ledger_node.domain.word import NOTHING

#: Of one request, both sides together. The contract counts.
MOST_MESSAGES = 100
#: What a request or a consent without regions permits.
ANYWHERE = (1 << len(Region)) - 1


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
class NewMessage:
    """A message as it is given to be sent: public text, and the number of an earlier message if it answers one. Of
    `visas` (JSON Web Tokens) only statements are made public."""

    text: str
    in_reply_to: int | None = None
    visas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What the requester or the custodian said, by the digest of a public document. `number` counts those of a request
    from 1."""

    number: int
    sender: int
    digest: str
    sent_at: int
    at: Position


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
    messages: tuple[Message, ...] = ()

    @property
    def state(self) -> RequestState:
        if self.consent is not None:
            return RequestState.GRANTED
        if self.decline_reason is not None:
            return RequestState.DECLINED
        asked_back = bool(self.messages) and self.messages[-1].sender != self.requester
        return RequestState.ASKED_BACK if asked_back else RequestState.OPEN

    @property
    def is_open(self) -> bool:
        return self.state in (RequestState.OPEN, RequestState.ASKED_BACK)


class Compared(NamedTuple):
    """Fields of the terms wanted, by their names on the wire, in which a consent permits less, or more."""

    narrower: tuple[str, ...]
    wider: tuple[str, ...]


def compared(wanted: Wanted, granted: Terms) -> Compared:
    """A consent's terms beside those wanted. What a request does not name (versions, permission, modifiers,
    de-identification) only ever narrows, and is left out."""
    pairs = {
        "purposes": _flags(wanted.purposes, granted.purposes),
        "operations": _flags(wanted.operations, granted.operations),
        "condition": _choice(wanted.condition, granted.condition, 0),
        "regions": _flags(wanted.regions or ANYWHERE, granted.regions or ANYWHERE),
        "notBefore": _least(wanted.not_before, granted.not_before),
        "expiresAt": _most(wanted.expires_at, granted.expires_at),
        "maxRounds": _most(wanted.max_rounds, granted.max_rounds),
        "epsilonBudget": _most(wanted.epsilon_budget, granted.epsilon_budget),
        "projectRef": _choice(wanted.project_ref, granted.project_ref, NOTHING),
    }
    return Compared(
        tuple(name for name, sign in pairs.items() if sign < 0), tuple(name for name, sign in pairs.items() if sign > 0)
    )


def _flags(wanted: int, granted: int) -> int:
    return 1 if granted & ~wanted else granted - wanted


def _choice(wanted: object, granted: object, any_: object) -> int:
    """`any_` leaves the choice open, and so is the widest."""
    if granted == wanted:
        return 0
    return -1 if wanted == any_ else 1


def _most(wanted: int, granted: int) -> int:
    return granted - wanted


def _least(wanted: int, granted: int) -> int:
    return wanted - granted
