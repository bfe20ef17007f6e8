"""Where a request stands, and a consent's terms beside those that were asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger_node.domain.codes import DeclineReason, Operation, Purpose, Region, RequestState
from ledger_node.domain.position import Position
from ledger_node.domain.request import Message, Request, Wanted, compared
from ledger_node.domain.word import NOTHING
from tests.fakes import digest

from .test_consent_rules import TERMS

AT = Position(1, 0)
WANTED = Wanted(
    dataset=TERMS.dataset,
    purposes=TERMS.purposes,
    operations=TERMS.operations,
    condition=TERMS.condition,
    regions=TERMS.regions,
    not_before=TERMS.not_before,
    expires_at=TERMS.expires_at,
    max_rounds=TERMS.max_rounds,
    epsilon_budget=TERMS.epsilon_budget,
    project_ref=TERMS.project_ref,
    card_digest=digest(9),
)
REQUESTER, CUSTODIAN = 2, 1
ASKED = Request(digest(8), REQUESTER, 90, WANTED, None, None, None, AT)


def said(*senders: int) -> Request:
    messages = (Message(number, sender, digest(number), 95, AT) for number, sender in enumerate(senders, start=1))
    return replace(ASKED, messages=tuple(messages))


@pytest.mark.parametrize(
    ("request_", "state"),
    [
        (ASKED, RequestState.OPEN),
        (said(REQUESTER), RequestState.OPEN),
        (said(CUSTODIAN), RequestState.ASKED_BACK),
        (said(CUSTODIAN, REQUESTER), RequestState.OPEN),
        (said(CUSTODIAN, REQUESTER, CUSTODIAN), RequestState.ASKED_BACK),
        (replace(said(CUSTODIAN), consent=digest(7)), RequestState.GRANTED),
        (replace(said(CUSTODIAN), decline_reason=DeclineReason.INCOMPLETE), RequestState.DECLINED),
    ],
)
def test_whose_turn_it_is_follows_from_the_newest_message(request_: Request, state: RequestState) -> None:
    assert request_.state is state
    assert request_.is_open == (state in (RequestState.OPEN, RequestState.ASKED_BACK))


def test_the_terms_that_were_asked_for_are_neither_narrower_nor_wider() -> None:
    assert compared(WANTED, TERMS) == ((), ())


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"purposes": Purpose.HRESCH}, "purposes"),
        ({"operations": Operation.TRAIN}, "operations"),
        ({"regions": Region.DE}, "regions"),
        ({"not_before": 101}, "notBefore"),
        ({"expires_at": 199}, "expiresAt"),
        ({"max_rounds": 2}, "maxRounds"),
        ({"epsilon_budget": 999}, "epsilonBudget"),
    ],
)
def test_less_is_narrower(changed: dict[str, Any], field: str) -> None:
    assert compared(WANTED, replace(TERMS, **changed)) == ((field,), ())


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"purposes": TERMS.purposes | Purpose.TREATDS}, "purposes"),
        ({"purposes": Purpose.TREATDS}, "purposes"),  # another one is not less
        ({"operations": TERMS.operations | Operation.COMMERCIALISE}, "operations"),
        ({"condition": 0}, "condition"),
        ({"condition": 7255}, "condition"),
        ({"regions": TERMS.regions | Region.US}, "regions"),
        ({"regions": Region(0)}, "regions"),
        ({"not_before": 99}, "notBefore"),
        ({"expires_at": 201}, "expiresAt"),
        ({"max_rounds": 4}, "maxRounds"),
        ({"epsilon_budget": 1_001}, "epsilonBudget"),
        ({"project_ref": NOTHING}, "projectRef"),
        ({"project_ref": digest(99)}, "projectRef"),
    ],
)
def test_more_or_other_is_wider(changed: dict[str, Any], field: str) -> None:
    assert compared(WANTED, replace(TERMS, **changed)) == ((), (field,))


def test_what_a_request_leaves_open_may_be_chosen() -> None:
    open_ = replace(WANTED, condition=0, regions=Region(0), project_ref=NOTHING)
    assert compared(open_, TERMS) == (("condition", "regions", "projectRef"), ())
    assert compared(open_, replace(TERMS, condition=0, regions=Region(0), project_ref=NOTHING)) == ((), ())


def test_every_field_of_the_terms_wanted_is_compared() -> None:
    """But the dataset, which is the same, and the card."""
    every = replace(
        TERMS,
        purposes=Purpose.TREATDS,
        operations=Operation.TEST,
        condition=0,
        regions=Region.US,
        not_before=0,
        expires_at=2**40,
        max_rounds=99,
        epsilon_budget=2**39,
        project_ref=NOTHING,
    )
    assert len(compared(WANTED, every).wider) == len(Wanted.__dataclass_fields__) - 2
