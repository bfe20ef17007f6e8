"""The consent token: its terms, its log, and the rules by which a use is judged.

The rules are those of `contracts/libraries/ConsentRules.sol`, in the same order. The contract decides; this copy
lets a node say no early, with a good reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import (
    Act,
    Basis,
    ConsentState,
    Modifier,
    Operation,
    Permission,
    Purpose,
    Reason,
    Region,
    StateReason,
)
from ledger_node.domain.dataset import CLEAN_OPTIONS
from ledger_node.domain.position import Position
from ledger_node.domain.scope import Scope

LONGEST_WINDOW = 3650 * 24 * 3600  # ten years, in seconds
LONGEST_SUSPENSION = 30 * 24 * 3600  # by a regulator or a vote


@dataclass(frozen=True, slots=True)
class Terms:
    """What a consent permits. Times are Unix seconds, the window is `not_before <= t < expires_at`.

    `version_to` 0 is open; `max_rounds` 0 permits no federated round; `project_ref` all zeros names none.
    `condition` is a MONDO number (7254 for MONDO:0007254), 0 for none; no `regions` permit any; `deidentification` is a
    mask of CID 7050 options of which the Clean ones are required and the Retain ones forbidden; `epsilon_budget` is in
    millionths of epsilon; `request` and `supersedes` are ids, or None.
    """

    dataset: str
    grantee: int
    version_from: int
    version_to: int
    basis: Basis
    permission: Permission
    modifiers: Modifier
    purposes: Purpose
    operations: Operation
    condition: int
    regions: Region
    deidentification: int
    not_before: int
    expires_at: int
    max_rounds: int
    epsilon_budget: int
    project_ref: str
    policy_digest: str
    request: str | None
    supersedes: str | None

    @property
    def excludes_profit(self) -> bool:
        return bool(self.modifiers & (Modifier.NPU | Modifier.NPUNCU))


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One act on a consent; `actor` is 0 for a vote.

    `until` is when a suspension by a regulator or a vote ends; 0 otherwise.
    """

    act: Act
    actor: int
    reason: StateReason
    acted_at: int
    until: int
    at: Position


@dataclass(frozen=True, slots=True)
class Consent:
    """`rounds_used` and `epsilon_spent` (millionths) count what was carried on from a superseded consent too.

    `superseded_by` is the id of the consent that replaced it, or None.
    """

    id: str
    grantor: int
    issued_at: int
    terms: Terms
    log: tuple[LogEntry, ...]
    rounds_used: int
    epsilon_spent: int
    superseded_by: str | None
    at: Position

    def state_at(self, time: int) -> ConsentState:
        """The state at a Unix time, from the log alone (as `IConsentToken.stateAt`)."""
        grantor_suspended = False
        until = 0
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
                case Act.SUSPENDED_BY_REGULATOR | Act.SUSPENDED_BY_VOTE:
                    until = entry.until
        suspended = grantor_suspended or time < until
        return ConsentState.SUSPENDED if suspended else ConsentState.ACTIVE

    @property
    def regulator_until(self) -> int:
        """When the last suspension by a regulator or a vote ends, or ended; 0 when there was none."""
        bounded = [e.until for e in self.log if e.act in (Act.SUSPENDED_BY_REGULATOR, Act.SUSPENDED_BY_VOTE)]
        return bounded[-1] if bounded else 0

    @property
    def grantor_suspended(self) -> bool:
        """Whether the grantor's own suspension stands after the whole log."""
        own = [e.act for e in self.log if e.act in (Act.SUSPENDED_BY_GRANTOR, Act.REINSTATED_BY_GRANTOR)]
        return bool(own) and own[-1] is Act.SUSPENDED_BY_GRANTOR

    def revocation(self) -> LogEntry | None:
        """The revocation that counts: the last, since only one that taints may follow another."""
        return next((entry for entry in reversed(self.log) if entry.act is Act.REVOKED), None)


@dataclass(frozen=True, slots=True)
class ConsentUse:
    """A recorded use. `subject` is a run's or a model version's id, or that of a derived dataset."""

    consent: str
    subject: str
    version: int
    operation: Operation
    purposes: Purpose
    rounds: int
    epsilon: int
    at: Position


@dataclass(frozen=True, slots=True)
class Use:
    """A wanted use of one dataset version; `operation` is exactly one bit, `epsilon` in millionths of epsilon."""

    grantee: int
    dataset: str
    version: int
    operation: Operation
    scope: Scope
    rounds: int = 0
    epsilon: int = 0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules need to know beside consent and use. `options` are those of the dataset version used."""

    time: int
    latest_version: int
    lowest_usable: int
    options: int
    grantor_active: bool
    grantee_active: bool
    grantee_for_profit: bool


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
        (
            use.operation.bit_count() != 1 or use.operation not in terms.operations,
            Reason.OPERATION_NOT_PERMITTED,
        ),
        (use.scope.purposes == 0 or use.scope.purposes not in terms.purposes, Reason.PURPOSE_NOT_PERMITTED),
        (terms.condition not in (0, use.scope.condition), Reason.CONDITION_MISMATCH),
        (not _is_within(use.scope.regions, terms.regions), Reason.REGION_NOT_PERMITTED),
        (terms.excludes_profit and now.grantee_for_profit, Reason.PROFIT_NOT_PERMITTED),
        (int(terms.project_ref, 16) != 0 and terms.project_ref != use.scope.project_ref, Reason.PROJECT_MISMATCH),
        (not _is_clean(now.options, terms.deidentification), Reason.DEIDENTIFICATION_TOO_WEAK),
        (consent.rounds_used + use.rounds > terms.max_rounds, Reason.ROUNDS_EXHAUSTED),
        (consent.epsilon_spent + use.epsilon > terms.epsilon_budget, Reason.PRIVACY_BUDGET_EXHAUSTED),
    )
    return next((reason for refused, reason in rules if refused), Reason.OK)


def _is_within(regions: Region, permitted: Region) -> bool:
    """A consent without regions permits any; one with regions wants the use to name its own."""
    return permitted == 0 or (regions != 0 and regions in permitted)


def _is_clean(options: int, demanded: int) -> bool:
    """Every Clean option demanded was done, and no Retain option that is forbidden."""
    required = demanded & CLEAN_OPTIONS
    return options & required == required and options & demanded & ~CLEAN_OPTIONS == 0
