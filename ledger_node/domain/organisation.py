"""Organisations, their keys, proposals and generations of contracts."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Capability, KeyRole, OrganisationStatus, ProposalKind
from ledger_node.domain.position import Position


@dataclass(frozen=True, slots=True)
class Organisation:
    """A member. `number` counts from 1; `name` is a legal entity's; `admin` is an address."""

    number: int
    name: str
    admin: str
    capabilities: Capability
    for_profit: bool
    status: OrganisationStatus
    at: Position


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an organisation. `state` is `proposed`, `accepted` or `retired`."""

    address: str
    organisation: int
    role: KeyRole
    state: str
    at: Position


@dataclass(frozen=True, slots=True)
class Proposal:
    """`votes` maps the number of each organisation that voted to its vote."""

    number: int
    proposer: int
    kind: ProposalKind
    payload: str
    deadline: int
    votes: dict[int, bool]
    executed: bool
    at: Position
