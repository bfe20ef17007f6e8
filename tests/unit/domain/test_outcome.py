"""What a write did, told from its events."""

from __future__ import annotations

from typing import Any

from ledger_node.domain.outcome import outcome_of
from ledger_node.domain.position import Event, Position
from tests.fakes import digest

OLD, NEW = digest(1), digest(2)


def event(name: str, **args: Any) -> Event:
    return Event(Position(1, 0), digest(0), digest(0), "consents", name, args, 1)


def test_superseding_is_about_the_new_consent() -> None:
    found = outcome_of([event("ConsentRevoked", consent=OLD), event("ConsentIssued", consent=NEW), event("Locked")])
    assert found == {"events": ["ConsentRevoked", "ConsentIssued"], "consent": NEW}


def test_revoking_is_about_the_revoked_one() -> None:
    assert outcome_of([event("ConsentRevoked", consent=OLD)])["consent"] == OLD


def test_uses_on_the_way_are_not_what_a_run_is_about() -> None:
    found = outcome_of([event("ConsentUsed", consent=OLD, version=1), event("RunOpened", run=NEW)])
    assert found == {"events": ["ConsentUsed", "RunOpened"], "run": NEW}


def test_recall_names_itself_and_its_version() -> None:
    found = outcome_of([event("RecallIssued", recall=NEW, version=OLD)])
    assert (found["recall"], found["version"]) == (NEW, OLD)


def test_each_of_a_batch_is_an_item_in_its_order() -> None:
    opened = [event("RoundOpened", run=run, round=n, epsilon=0) for n, run in enumerate((NEW, OLD), start=1)]
    found = outcome_of([opened[0], event("ConsentUsed", consent=OLD, version=1), opened[1]])
    assert found["items"] == [{"run": NEW, "round": 1}, {"run": OLD, "round": 2}]
    assert (found["run"], found["round"]) == (NEW, 1)


def test_one_alone_is_an_item_too() -> None:
    assert outcome_of([event("ConsentSuspended", consent=OLD)])["items"] == [{"consent": OLD}]
