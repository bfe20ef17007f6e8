"""Organisations and the consortium that they make."""

from typing import TypedDict

from ledger_node.client.answers.parts import AsOf, Named


class Emergency(TypedDict):
    """A regulator's suspension of an organisation, for a `reason` that is one of EmergencyReason's names."""

    regulator: Named
    reason: str
    at: str
    until: str
    block: int


class Organisation(AsOf):
    """`status` is ACTIVE, SUSPENDED or REMOVED; `emergencyUntil` when a regulator's emergency suspension ends.

    `emergencies` are all that there ever were, the newest last.
    """

    number: int
    name: str
    admin: str
    capabilities: list[str]
    forProfit: bool
    status: str
    emergencyUntil: str | None
    emergencies: list[Emergency]
    block: int


class Thresholds(TypedDict):
    """Shares that a proposal must exceed, in ten-thousandths."""

    all: int
    custodians: int


class Consortium(AsOf):
    thresholds: Thresholds
    generation: int
    members: int


class Generation(TypedDict):
    """A set of contracts that work together, by their role."""

    number: int
    contracts: dict[str, str]
    inForce: bool
    block: int
