"""Proposals and the votes on them."""

from typing import TypedDict

from ledger_node.client.answers.organisation import Thresholds
from ledger_node.client.answers.parts import AsOf, Named


class Vote(TypedDict):
    organisation: Named
    inFavour: bool


class Admission(TypedDict):
    admin: str
    capabilities: list[str]
    forProfit: bool
    name: str


class Proposal(AsOf):
    """What it is about stands in the fields of its kind (`admission` for ADMIT, `consent` and `reason` for
    REVOKE_CONSENT); the others are None. `state` is OPEN, PASSED, EXECUTED or LAPSED.
    """

    number: int
    proposer: Named
    kind: str
    admission: Admission | None
    organisation: Named | None
    admin: str | None
    thresholds: Thresholds | None
    contracts: dict[str, str] | None
    generation: int | None
    recall: str | None
    consent: str | None
    reason: str | None
    duration: int | None
    payload: str
    deadline: str
    electorate: int
    needed: int
    neededCustodians: int
    inFavour: int
    custodiansInFavour: int
    against: int
    state: str
    votes: list[Vote]
    block: int
