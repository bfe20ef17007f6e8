"""The consent token: its terms, its log, and the rules by which a use is judged.

The rules are those of `contracts/libraries/ConsentRules.sol`, in the same order. The contract decides; this copy
lets a node say no early, with a good reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Act, Basis, ConsentState, Operation, Purpose, Reason, StateReason
from ledger_node.domain.position import Position

LONGEST_WINDOW = 3650 * 24 * 3600  # ten years, in seconds
LONGEST_REGULATOR_SUSPENSION = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Terms:
    """What a consent permits. Times are Unix seconds, the window is `not_before <= t < expires_at`.

    `version_to` 0 is open; `max_rounds` 0 permits no federated round; `project_ref` all zeros names none.
    """

    dataset: str
    grantee: int
    version_from: int
    version_to: int
    basis: Basis
    purposes: Purpose
    operations: Operation
    not_before: int
    expires_at: int
    max_rounds: int
    project_ref: str
    policy_digest: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One act on a consent. `until` is when a regulator's suspension ends; 0 otherwise."""

    act: Act
    actor: int
    reason: StateReason
    acted_at: int
    until: int
    at: Position


@dataclass(frozen=True, slots=True)
class Consent:
    id: str
    grantor: int
    issued_at: int
    terms: Terms
    log: tuple[LogEntry, ...]
    rounds_used: int
    at: Position

    def state_at(self, time: int) -> ConsentState:
        """The state at a Unix time, from the log alone (as `IConsentToken.stateAt`)."""
        grantor_suspended = False
        regulator_suspended = False
        for entry in self.log:
            if entry.acted_at > time:
                break
            match entry.act:
                case Act.REVOKED:
                    return ConsentState.REVOKED
                case Act.SUSPENDED_BY_GRANTOR:
                    grantor_suspended = True
                case Act.REINSTATED_BY_GRANTOR:
                    grantor_suspended = False
                case Act.SUSPENDED_BY_REGULATOR:
                    regulator_suspended = time < entry.until
        suspended = grantor_suspended or regulator_suspended
        return ConsentState.SUSPENDED if suspended else ConsentState.ACTIVE

    def revocation(self) -> LogEntry | None:
        return next((entry for entry in self.log if entry.act is Act.REVOKED), None)


@dataclass(frozen=True, slots=True)
class ConsentUse:
    """A recorded use. `subject` is a run's or a model version's id."""

    consent: str
    subject: str
    version: int
    operation: Operation
    purposes: Purpose
    rounds: int
    at: Position


@dataclass(frozen=True, slots=True)
class Use:
    """A wanted use of one dataset version; `operation` is exactly one bit."""

    grantee: int
    dataset: str
    version: int
    operation: Operation
    purposes: Purpose
    project_ref: str
    rounds: int


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules need to know beside consent and use."""

    time: int
    latest_version: int
    lowest_usable: int
    grantor_active: bool
    grantee_active: bool


def judge(consent: Consent | None, use: Use, now: Circumstances) -> Reason:
    """The first rule that refuses the use, or OK."""
    if consent is None:
        return Reason.UNKNOWN_TOKEN
    terms = consent.terms
    state = consent.state_at(now.time)
    last = terms.version_to or now.latest_version
    rules = (
        (use.grantee != terms.grantee, Reason.NOT_GRANTEE),
        (use.dataset != terms.dataset, Reason.WRONG_DATASET),
        (
            not terms.version_from <= use.version <= min(last, now.latest_version),
            Reason.VERSION_OUT_OF_RANGE,
        ),
        (now.time < terms.not_before, Reason.NOT_YET_VALID),
        (now.time >= terms.expires_at, Reason.EXPIRED),
        (state is ConsentState.SUSPENDED, Reason.SUSPENDED),
        (state is ConsentState.REVOKED, Reason.REVOKED),
        (not now.grantor_active, Reason.GRANTOR_INACTIVE),
        (not now.grantee_active, Reason.GRANTEE_INACTIVE),
        (use.version < now.lowest_usable, Reason.VERSION_SUPERSEDED),
        (use.operation not in terms.operations, Reason.OPERATION_NOT_PERMITTED),
        (use.purposes == 0 or use.purposes not in terms.purposes, Reason.PURPOSE_NOT_PERMITTED),
        (int(terms.project_ref, 16) != 0 and terms.project_ref != use.project_ref, Reason.PROJECT_MISMATCH),
        (use.rounds > 0 and consent.rounds_used + use.rounds > terms.max_rounds, Reason.ROUNDS_EXHAUSTED),
    )
    return next((reason for refused, reason in rules if refused), Reason.OK)
