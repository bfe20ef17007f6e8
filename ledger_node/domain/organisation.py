"""Organisations, their keys, proposals and generations of contracts."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Capability, EmergencyReason, KeyRole, OrganisationStatus, ProposalKind
from ledger_node.domain.position import Position

#: What a threshold may be, in ten-thousandths (`contracts/libraries/Ballots.sol`).
LEAST_SHARE, GREATEST_SHARE = 5000, 9999
LONGEST_EMERGENCY = 30 * 24 * 3600  # of an organisation, by a regulator, in seconds


@dataclass(frozen=True, slots=True)
class Emergency:
    """A regulator's suspension of an organisation, until Unix time `until` or until a vote reinstated it."""

    regulator: int
    reason: EmergencyReason
    suspended_at: int
    until: int
    at: Position


@dataclass(frozen=True, slots=True)
class Organisation:
    """A member. `number` counts from 1; `name` is a legal entity's; `admin` is the address of its admin key now.

    `voted` is what votes say of it: ACTIVE, SUSPENDED or REMOVED. `emergency_until` is when a regulator's emergency
    suspension ends, or ended (Unix seconds); 0 when there was none since it was last reinstated. `emergencies` are
    all that there ever were, the newest last.
    """

    number: int
    name: str
    admin: str
    capabilities: Capability
    for_profit: bool
    voted: OrganisationStatus
    emergency_until: int
    at: Position
    emergencies: tuple[Emergency, ...] = ()

    def status_at(self, time: int) -> OrganisationStatus:
        """As `IConsortium.statusOf` at a Unix time that is not before the facts known here."""
        if self.voted is OrganisationStatus.ACTIVE and time < self.emergency_until:
            return OrganisationStatus.SUSPENDED
        return self.voted


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an organisation. `state` is `proposed`, `accepted`, `retired`, `withdrawn` (an offer taken back) or
    `void` (an offer that stood when an admin came or went, or when a vote suspended the organisation).

    `acceptable_from` is about a proposed key. `compromised_since` is the claim that what it wrote from then on may not
    be the organisation's own, 0 when nobody claimed it; `compromise_reporter` the key that claimed it, at Unix time
    `compromise_claimed_at`; `compromise_confirmed_by` the regulator that confirmed it from `confirmed_since` on, 0 when
    none did. Later claims leave that.
    """

    address: str
    organisation: int
    role: KeyRole
    state: str
    acceptable_from: int
    compromised_since: int
    compromise_confirmed_by: int | None
    at: Position
    compromise_reporter: str | None = None
    compromise_claimed_at: int = 0
    confirmed_since: int = 0

    @property
    def is_operator(self) -> bool:
        """Whether it may write for its organisation."""
        return self.role is KeyRole.OPERATOR and self.state == "accepted"

    @property
    def doubtful_since(self) -> int:
        """From when on what it wrote may not be its organisation's own: as a regulator confirmed it, else as it is
        claimed; 0 when nobody claimed it."""
        return self.confirmed_since or self.compromised_since


@dataclass(frozen=True, slots=True)
class Proposal:
    """`votes` maps the number of each organisation that voted to its vote; `payload` is ABI as 0x-hex.

    It passes with `needed` votes in favour, `needed_custodians` of them custodians', of an `electorate`.
    """

    number: int
    proposer: int
    kind: ProposalKind
    payload: str
    deadline: int
    electorate: int
    needed: int
    needed_custodians: int
    votes: dict[int, bool]
    executed: bool
    at: Position


@dataclass(frozen=True, slots=True)
class Generation:
    """A set of contracts that work together, by their addresses. `number` counts from 1; the highest is in force."""

    number: int
    datasets: str
    consents: str
    training: str
    models: str
    anchors: str
    at: Position


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What shares a proposal must exceed, in ten-thousandths of all organisations and of the custodians."""

    all: int
    custodians: int


#: A consortium begins with majorities (`Ballots.LEAST_SHARE`); every change has its event.
FIRST_THRESHOLDS = Thresholds(all=5000, custodians=5000)
