"""A consent's state from its log."""

from __future__ import annotations

import pytest

from ledger_node.domain import codes
from ledger_node.proof import rules, states
from ledger_node.proof.facts import LogEntry

SUSPENDED, REINSTATED, BY_REGULATOR, REVOKED = codes.Act
LOG = (
    LogEntry(SUSPENDED, 2, 1, 100, 0),
    LogEntry(REINSTATED, 2, 1, 200, 0),
    LogEntry(BY_REGULATOR, 6, 5, 300, 350),
    LogEntry(SUSPENDED, 2, 1, 340, 0),
    LogEntry(REINSTATED, 2, 1, 400, 0),
    LogEntry(REVOKED, 0, 1, 500, 0),
)


@pytest.mark.parametrize(
    ("time", "state"),
    [
        *((0, "ACTIVE"), (99, "ACTIVE"), (100, "SUSPENDED"), (199, "SUSPENDED"), (200, "ACTIVE"), (300, "SUSPENDED")),
        *(
            (349, "SUSPENDED"),
            (350, "SUSPENDED"),
            (399, "SUSPENDED"),
            (400, "ACTIVE"),
            (500, "REVOKED"),
            (9999, "REVOKED"),
        ),
    ],
)
def test_state_at_follows_the_log(time: int, state: str) -> None:
    assert states.state_at(LOG, time) == state


def test_state_at_ends_a_regulators_suspension_by_itself() -> None:
    assert states.state_at(LOG[:3], 349) == "SUSPENDED"
    assert states.state_at(LOG[:3], 350) == "ACTIVE"


def test_standing_sums_the_whole_log() -> None:
    assert states.standing(LOG) == states.Standing(False, 350, 500)
    assert states.standing(()) == states.Standing()


@pytest.mark.parametrize(
    ("time", "active"), [(99, True), (100, True), (150, False), (200, True), (340, False), (500, True), (501, False)]
)
def test_history_gives_a_use_the_benefit_of_its_second(time: int, active: bool) -> None:
    history = states.History(LOG)
    assert history.was_active_during(time) is active
    assert history.was_active_during(time) is active


def test_history_of_one_second_tries_every_moment_of_it() -> None:
    log = (LogEntry(REINSTATED, 2, 1, 100, 0), LogEntry(SUSPENDED, 2, 1, 100, 0))
    suspended = (LogEntry(SUSPENDED, 2, 1, 50, 0), *log)
    assert states.History(suspended).was_active_during(100)
    assert not states.History(suspended).was_active_during(101)


def test_numbers_are_the_domains() -> None:
    assert (states.SUSPENDED_BY_GRANTOR, states.REINSTATED_BY_GRANTOR, states.SUSPENDED_BY_REGULATOR) == (
        codes.Act.SUSPENDED_BY_GRANTOR,
        codes.Act.REINSTATED_BY_GRANTOR,
        codes.Act.SUSPENDED_BY_REGULATOR,
    )
    assert (rules.CUSTODIAN, rules.PUBLISHER) == (codes.Capability.CUSTODIAN, codes.Capability.PUBLISHER)
    assert (rules.FEDERATED_ROUND, rules.EXPORT_WEIGHTS) == (
        codes.Operation.FEDERATED_ROUND,
        codes.Operation.EXPORT_WEIGHTS,
    )
    assert codes.Outcome.COMPLETED == rules.COMPLETED
