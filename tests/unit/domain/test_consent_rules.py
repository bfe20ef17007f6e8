"""The rules of a use, each refused by the smallest change that meets it, in the order of `ConsentRules.sol`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

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
from ledger_node.domain.consent import Circumstances, Consent, LogEntry, Terms, Use, judge
from ledger_node.domain.position import Position
from ledger_node.domain.scope import NO_PROJECT, Scope
from tests.fakes import digest

AT = Position(1, 0)
TERMS = Terms(
    dataset=digest(1),
    grantee=2,
    version_from=2,
    version_to=4,
    basis=Basis.CONSENT,
    permission=Permission.DS,
    modifiers=Modifier.NPU | Modifier.PS,
    purposes=Purpose.HRESCH | Purpose.MLTRAINING,
    operations=Operation.TRAIN | Operation.FEDERATED_ROUND,
    condition=7254,
    regions=Region.DE | Region.FR,
    deidentification=0b1000011,
    not_before=100,
    expires_at=200,
    max_rounds=3,
    epsilon_budget=1_000,
    project_ref=digest(5),
    policy_digest=digest(6),
    request=None,
    supersedes=None,
)
CONSENT = Consent(digest(7), 1, 90, TERMS, (), 2, 900, None, AT)
SCOPE = Scope(Purpose.HRESCH, Region.DE, 7254, digest(5))
USE = Use(2, digest(1), 3, Operation.TRAIN, SCOPE, rounds=1, epsilon=100)
NOW = Circumstances(150, 5, 2, 0b0000111, True, True, False)


def entry(act: Act, acted_at: int, until: int = 0) -> LogEntry:
    return LogEntry(act, 1, StateReason.STEWARD_DECISION, acted_at, until, AT)


def terms(**changed: Any) -> Consent:
    return replace(CONSENT, terms=replace(TERMS, **changed))


def use(**changed: Any) -> Use:
    return replace(USE, **changed)


def scoped(**changed: Any) -> Use:
    return replace(USE, scope=replace(SCOPE, **changed))


def now(**changed: Any) -> Circumstances:
    return replace(NOW, **changed)


SUSPENDED = replace(CONSENT, log=(entry(Act.SUSPENDED_BY_GRANTOR, 120),))
REVOKED = replace(CONSENT, log=(entry(Act.REVOKED, 120),))
REFUSALS: list[tuple[Consent | None, Use, Circumstances, Reason]] = [
    (None, USE, NOW, Reason.UNKNOWN_TOKEN),
    (CONSENT, use(grantee=3), NOW, Reason.NOT_GRANTEE),
    (CONSENT, use(dataset=digest(2)), NOW, Reason.WRONG_DATASET),
    (CONSENT, use(version=1), NOW, Reason.VERSION_OUT_OF_RANGE),
    (CONSENT, use(version=5), NOW, Reason.VERSION_OUT_OF_RANGE),
    (CONSENT, USE, now(latest_version=2), Reason.VERSION_OUT_OF_RANGE),
    (terms(version_to=0), use(version=6), NOW, Reason.VERSION_OUT_OF_RANGE),
    (CONSENT, USE, now(time=99), Reason.NOT_YET_VALID),
    (CONSENT, USE, now(time=200), Reason.EXPIRED),
    (SUSPENDED, USE, NOW, Reason.SUSPENDED),
    (REVOKED, USE, NOW, Reason.REVOKED),
    (CONSENT, USE, now(grantor_active=False), Reason.GRANTOR_INACTIVE),
    (CONSENT, USE, now(grantee_active=False), Reason.GRANTEE_INACTIVE),
    (CONSENT, USE, now(lowest_usable=4), Reason.VERSION_SUPERSEDED),
    (CONSENT, use(operation=Operation.TEST), NOW, Reason.OPERATION_NOT_PERMITTED),
    (CONSENT, use(operation=Operation(0)), NOW, Reason.OPERATION_NOT_PERMITTED),
    (CONSENT, scoped(purposes=Purpose.HRESCH | Purpose.POARCH), NOW, Reason.PURPOSE_NOT_PERMITTED),
    (CONSENT, scoped(purposes=Purpose(0)), NOW, Reason.PURPOSE_NOT_PERMITTED),
    (CONSENT, scoped(condition=0), NOW, Reason.CONDITION_MISMATCH),
    (CONSENT, scoped(regions=Region.DE | Region.US), NOW, Reason.REGION_NOT_PERMITTED),
    (CONSENT, scoped(regions=Region(0)), NOW, Reason.REGION_NOT_PERMITTED),
    (CONSENT, USE, now(grantee_for_profit=True), Reason.PROFIT_NOT_PERMITTED),
    (CONSENT, scoped(project_ref=NO_PROJECT), NOW, Reason.PROJECT_MISMATCH),
    (CONSENT, USE, now(options=0b0000001), Reason.DEIDENTIFICATION_TOO_WEAK),
    (CONSENT, USE, now(options=0b1000011), Reason.DEIDENTIFICATION_TOO_WEAK),
    (CONSENT, use(rounds=2), NOW, Reason.ROUNDS_EXHAUSTED),
    (CONSENT, use(epsilon=101), NOW, Reason.PRIVACY_BUDGET_EXHAUSTED),
]


def test_use_within_every_limit_is_permitted() -> None:
    assert judge(CONSENT, USE, NOW) is Reason.OK
    assert judge(CONSENT, USE, now(time=100)) is Reason.OK
    assert judge(CONSENT, USE, now(time=199)) is Reason.OK


@pytest.mark.parametrize(("consent", "wanted", "known", "reason"), REFUSALS)
def test_smallest_change_that_meets_a_rule(
    consent: Consent | None, wanted: Use, known: Circumstances, reason: Reason
) -> None:
    assert judge(consent, wanted, known) is reason


def test_every_reason_is_met() -> None:
    assert {reason for *_, reason in REFUSALS} == set(Reason) - {Reason.OK}


@pytest.mark.parametrize(
    "consent",
    [terms(regions=Region(0)), terms(condition=0), terms(project_ref=NO_PROJECT), terms(deidentification=0)],
)
def test_what_a_consent_leaves_open_is_not_asked(consent: Consent) -> None:
    elsewhere = replace(USE, scope=Scope(Purpose.HRESCH, Region.DE, 7254, digest(5)))
    assert judge(consent, elsewhere, NOW) is Reason.OK


def test_earlier_rule_is_the_one_told() -> None:
    """Whatever else is wrong too."""
    everything = use(dataset=digest(2), version=9, operation=Operation.TEST, rounds=9)
    assert judge(REVOKED, everything, now(time=999, grantor_active=False)) is Reason.WRONG_DATASET


def test_state_follows_from_the_log_at_every_second() -> None:
    consent = replace(
        CONSENT,
        log=(
            entry(Act.SUSPENDED_BY_REGULATOR, 10, 40),
            entry(Act.SUSPENDED_BY_GRANTOR, 20),
            entry(Act.REINSTATED_BY_GRANTOR, 30),
            entry(Act.SUSPENDED_BY_VOTE, 50, 60),
            entry(Act.REVOKED, 70),
        ),
    )
    active = [time for time in range(80) if consent.state_at(time) is ConsentState.ACTIVE]
    assert active == [*range(10), *range(40, 50), *range(60, 70)]
    assert {consent.state_at(time) for time in range(70, 80)} == {ConsentState.REVOKED}
