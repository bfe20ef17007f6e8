"""A consent's state from its log."""

from __future__ import annotations

import pytest

from ledger_node.domain import codes
from ledger_node.proof import states
from ledger_node.proof.facts import LogEntry

SUSPENDED, REINSTATED, BY_REGULATOR, BY_VOTE, REVOKED = codes.Act
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


def test_state_at_takes_a_votes_suspension_for_the_newer_end() -> None:
    voted = (*LOG[:3], LogEntry(BY_VOTE, 6, 0, 310, 330))
    assert [states.state_at(voted, time) for time in (309, 310, 329, 330)] == [
        *("SUSPENDED", "SUSPENDED", "SUSPENDED"),
        "ACTIVE",
    ]


def test_standings_add_up_entry_by_entry() -> None:
    assert states.standings(LOG) == (
        states.Standing(),
        states.Standing(grantor_suspended=True),
        states.Standing(),
        states.Standing(regulator_until=350),
        states.Standing(grantor_suspended=True, regulator_until=350),
        states.Standing(regulator_until=350),
        states.Standing(regulator_until=350, revoked=True),
    )
    assert states.standings(()) == (states.Standing(),)


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


def test_changes_are_when_something_may_have_begun_or_ended() -> None:
    assert set(states.History(LOG).changes()) >= {100, 200, 300, 340, 350, 400, 500}


def test_numbers_are_the_domains() -> None:
    assert tuple(codes.Act) == (
        states.SUSPENDED_BY_GRANTOR,
        states.REINSTATED_BY_GRANTOR,
        states.SUSPENDED_BY_REGULATOR,
        states.SUSPENDED_BY_VOTE,
        states.REVOKED_FOR_EVER,
    )
    assert [state.name for state in codes.ConsentState] == [states.ACTIVE, states.SUSPENDED, states.REVOKED]
