"""Proposals on pages: in words, with what is missing; and opening one, voting and carrying it out by forms."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI

from ledger_node.chain.payloads import decode_payload
from ledger_node.domain.codes import ProposalKind
from ledger_node.domain.position import Event, Position, Stated
from registry_api.explorer.ballots import votes_needed
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.explorer.opening import FIELDS, body_of

from .fakes import NOW, World, digest
from .story import DAY, HEAD, operator, world, world_of_all
from .test_pages_consortium import EVIL, Reader, read, row_of, well_formed
from .test_pages_keys import Desk, unmade
from .test_sign_in import FOREIGN

__all__ = ["read"]
CONSENT = digest("consent 1")
#: What is typed for each kind, and what the contract is to get.
TYPED: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "ADMIT": (
        {
            "admission.name": "Klinikum Süd gGmbH",
            "admission.admin": operator(9),
            "admission.capabilities.CUSTODIAN": "on",
            "admission.capabilities.REGULATOR": "on",
            "admission.forProfit": "true",
        },
        {"admin": operator(9), "capabilities": 5, "forProfit": True, "name": "Klinikum Süd gGmbH"},
    ),
    "SUSPEND": ({"organisation": "2"}, {"organisation": 2}),
    "REINSTATE": ({"organisation": "2"}, {"organisation": 2}),
    "REMOVE": ({"organisation": "2"}, {"organisation": 2}),
    "REPLACE_ADMIN": ({"organisation": "2", "admin": operator(9)}, {"organisation": 2, "admin": operator(9)}),
    "CHANGE_THRESHOLDS": (
        {"thresholds.all": "66,67", "thresholds.custodians": " 50 "},
        {"all": 6667, "custodians": 5000},
    ),
    "REGISTER_GENERATION": (
        {name: operator(900 + place) for place, name in enumerate(FIELDS["REGISTER_GENERATION"])},
        {name.split(".")[1]: operator(900 + place) for place, name in enumerate(FIELDS["REGISTER_GENERATION"])},
    ),
    "LIFT_RECALL": ({"recall": digest("recall 0")}, {"generation": 1, "recall": digest("recall 0")}),
    "REVOKE_CONSENT": ({"consent": CONSENT, "reason": "BREACH"}, {"generation": 1, "consent": CONSENT, "reason": 3}),
    "SUSPEND_CONSENT": (
        {"consent": CONSENT, "reason": "ERROR", "duration": "2"},
        {"generation": 1, "consent": CONSENT, "reason": 4, "duration": 2 * DAY},
    ),
}


def changed(of: World, **fields: object) -> World:
    of.index.facts.proposals[0] = replace(of.index.facts.proposals[0], **fields)  # type: ignore[arg-type]
    return of


@pytest.mark.parametrize("language", NAMES)
def test_every_kind_has_a_page_in_every_language(read: Reader, language: str) -> None:
    of, texts = world_of_all(), CATALOGUES[language]
    for one in of.index.facts.proposals:
        page = unescape(read(of, f"/proposals/{one.number}", "operator", language))
        assert texts[f"ballots.{one.kind.name}_does"] in page
        assert texts["proposals.vote_favour"] in page
    for kind in ProposalKind.__members__:
        assert texts[f"ballots.{kind}_new"] in unescape(read(of, f"/proposals/new?kind={kind}", "operator", language))
    assert texts["proposals.new_lead"] in unescape(read(of, "/proposals/new", None, language))
    assert texts["proposals.caption"] in unescape(read(of, "/proposals", None, language))


def test_every_kind_can_be_opened() -> None:
    assert FIELDS.keys() == TYPED.keys() == ProposalKind.__members__.keys()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ["2 votes in favour are missing", "There is time until"]),
        ({"votes": {1: True, 4: True}}, ["1 vote in favour is missing"]),
        ({"votes": {3: True, 4: True}}, ["1 vote in favour is missing", "1 vote of a member that holds data"]),
        ({"votes": {1: True, 2: True, 3: True}}, ["It has the votes it needs"]),
        ({"executed": True}, ["It has been carried out"]),
        ({"deadline": NOW}, ["It lapsed"]),
        ({"votes": {}}, ["Nobody has voted yet", "3 votes in favour are missing"]),
    ],
)
def test_what_is_missing_is_said(read: Reader, fields: dict[str, object], said: list[str]) -> None:
    page = " ".join(unescape(read(changed(world(), **fields), "/proposals/1")).split())
    for text in said:
        assert text in page


def test_who_voted_when_is_told_by_the_events(read: Reader) -> None:
    of = world()
    at = of.index.facts.proposals[0].at

    def cast(proposal: int, voter: int, block: int, time: int) -> Stated:
        args = {"proposal": proposal, "voter": voter, "inFavour": True, "operator": operator(101)}
        place = Position(block, 0)
        return Stated(Event(place, digest("b"), digest("t"), "consortium", "VoteCast", args, 0), time, 0)

    told = [
        cast(1, 1, at.block + 1, NOW - 7200),
        cast(2, 2, at.block + 2, NOW - 60),
        cast(1, 2, HEAD + 1, NOW + 60),
    ]
    of.index.events_after = lambda *asked: told  # type: ignore[method-assign]
    page = read(of, "/proposals/1")
    assert "2026-11-18 09:06" in row_of(page, 'href="/organisations/1"')
    assert "2026-11-18" not in row_of(page, 'href="/organisations/2"')


def test_forms_are_for_operators_who_have_a_vote(read: Reader) -> None:
    favour, against = 'value="favour"', 'value="against"'
    of = changed(world(), votes={2: False})
    assert favour in read(of, "/proposals/1", "operator")
    for role in ("steward", "publisher", "auditor", None):
        page = read(of, "/proposals/1", role)
        assert favour not in page
        assert "operator" in page[page.index('id="act"') :]
    page = read(changed(world(), votes={1: True}), "/proposals/1", "operator")
    assert (favour in page, against in page) == (False, True)  # only to take it back
    page = read(changed(world(), votes={1: False}), "/proposals/1", "operator")
    assert (favour in page, against in page) == (False, False)
    late = read(changed(world(), at=Position(2, 0), votes={}), "/proposals/1", "operator")
    assert CATALOGUES["en"]["proposals.late"] in late
    assert favour not in late
    assert 'id="act"' not in read(changed(world(), executed=True), "/proposals/1", "operator")


def test_a_vote_becomes_a_write(application: FastAPI) -> None:
    for act, favour in (("favour", True), ("against", False)):
        desk = Desk(application, changed(world(), votes={}))
        assert desk.done("/proposals/1", {"act": act}) == ("vote", (1, favour))
        assert desk.answer.headers["location"].endswith("next=%2Fproposals%2F1")


def test_a_passed_proposal_is_carried_out(read: Reader, application: FastAPI) -> None:
    votes = {1: True, 2: True, 3: True}
    suspending = {"kind": ProposalKind.SUSPEND, "payload": world().index.facts.proposals[1].payload}
    of = changed(world(), votes=votes, **suspending)
    assert 'value="execute"' in read(of, "/proposals/1", "operator")
    assert 'value="execute"' not in read(of, "/proposals/1", "steward")
    function, args = Desk(application, of).done("/proposals/1", {"act": "execute"})
    assert (function, args[0]) == ("execute", 1)
    admission = read(changed(world(), votes=votes), "/proposals/1", "operator")
    assert "medledger key join 1" in admission
    assert 'value="execute"' not in admission


def test_a_refusal_is_shown_on_the_proposal(application: FastAPI) -> None:
    desk = Desk(application, world())
    assert "this organisation has voted" in desk.refused("/proposals/1", {"act": "favour"})
    assert "has not the votes" in Desk(
        application, changed(world(), kind=ProposalKind.SUSPEND, payload=world().index.facts.proposals[1].payload)
    ).refused("/proposals/1", {"act": "execute"})
    desk = Desk(application, changed(world(), votes={}), "steward")
    fields = {"act": "favour", "form": desk.form}
    assert "ML-0202" in desk.refused("/proposals/1", fields)


@pytest.mark.parametrize("kind", TYPED)
def test_a_proposal_is_previewed_in_words_and_then_opened(application: FastAPI, kind: str) -> None:
    desk, (typed, payload) = Desk(application, world_of_all()), TYPED[kind]
    path = "/proposals/new?kind=" + kind
    assert desk.send(path, {"kind": kind, "step": "preview", **typed}) == 200, desk.answer.text
    page = desk.answer.text
    well_formed(page, "en")
    assert not desk.of.outbox.rows
    assert CATALOGUES["en"][f"ballots.{kind}_does"] in unescape(page)
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    fields = {name: unescape(text) for name, text in kept.items() if name not in ("form", "once")}
    assert fields == {"kind": kind, **typed}
    function, args = desk.done(path, {**fields, "step": "open"})
    assert (function, args[1]) == ("propose", ProposalKind[kind])
    assert decode_payload(ProposalKind[kind], str(args[2])) == payload


def test_a_preview_can_be_changed(application: FastAPI) -> None:
    desk = Desk(application, world_of_all())
    fields = {"kind": "ADMIT", "step": "change", **TYPED["ADMIT"][0], "admission.name": EVIL}
    assert desk.send("/proposals/new?kind=ADMIT", fields) == 200
    assert EVIL in unescape(desk.answer.text)
    assert "<script>" not in desk.answer.text
    assert len(re.findall(r"checkbox\S* [^>]* checked", desk.answer.text)) == 2
    assert '<option value="true" selected>' in desk.answer.text


@pytest.mark.parametrize(
    ("kind", "field"),
    [("REMOVE", "organisation"), ("REVOKE_CONSENT", "reason"), ("ADMIT", "admission.forProfit")],
)
def test_nobody_s_choice_is_made_for_them(application: FastAPI, kind: str, field: str) -> None:
    desk = Desk(application, world_of_all())
    path = f"/proposals/new?kind={kind}"
    assert unmade(desk.get(path), field)
    page = desk.refused(path, {"kind": kind, "step": "open", **TYPED[kind][0], field: ""})
    assert f'id="{field}-error"' in page
    assert unmade(page, field)


@pytest.mark.parametrize("step", ["preview", "open"])
@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("SUSPEND", {}, "organisation"),
        ("SUSPEND", {"organisation": "-1"}, "organisation"),
        ("CHANGE_THRESHOLDS", {"thresholds.all": "49", "thresholds.custodians": "50"}, "thresholds.all"),
        ("CHANGE_THRESHOLDS", {"thresholds.all": "1e9", "thresholds.custodians": "50"}, "thresholds.all"),
        ("CHANGE_THRESHOLDS", {"thresholds.all": "66.66666", "thresholds.custodians": "50"}, "thresholds.all"),
        ("SUSPEND_CONSENT", {"consent": CONSENT, "reason": "ERROR", "duration": "31"}, "duration"),
        ("REVOKE_CONSENT", {"consent": "0x12", "reason": "ERROR"}, "consent"),
        ("ADMIT", {"admission.name": "", "admission.admin": "x", "admission.forProfit": "maybe"}, "admission.admin"),
    ],
)
def test_what_cannot_be_proposed_says_which_field(
    application: FastAPI, step: str, kind: str, typed: dict[str, str], field: str
) -> None:
    desk = Desk(application, world_of_all())
    page = desk.refused(f"/proposals/new?kind={kind}", {"kind": kind, "step": step, **typed})
    assert re.search(rf'id="{re.escape(field)}"[^>]*aria-invalid="true"', page)


@pytest.mark.parametrize(
    "typed",
    [
        {"kind": "SUSPEND", "organisation": "9"},
        {"kind": "LIFT_RECALL", "recall": CONSENT},
        {"kind": "REVOKE_CONSENT", "consent": digest("recall 0"), "reason": "ERROR"},
    ],
    ids=lambda typed: typed["kind"],
)
def test_what_is_not_there_is_not_voted_on(application: FastAPI, typed: dict[str, str]) -> None:
    page = Desk(application, world_of_all()).refused("/proposals/new", {**typed, "step": "preview"})
    assert "ML-0301" in page


def test_the_form_can_be_filled_in_by_a_link(read: Reader) -> None:
    page = read(world_of_all(), f"/proposals/new?kind=REVOKE_CONSENT&consent={CONSENT}&reason=BREACH", "operator")
    assert f'value="{CONSENT}"' in page
    assert '<option value="BREACH" selected>' in page
    assert "<form class" not in read(world_of_all(), "/proposals/new?kind=SUSPEND", "steward")


def test_forms_from_elsewhere_and_other_words_are_refused(application: FastAPI) -> None:
    desk = Desk(application, changed(world(), votes={}))
    assert desk.send("/proposals/1", {"act": "favour"}, **FOREIGN) == 403
    assert desk.send("/proposals/1", {"act": "favour", "form": "0" * 64}) == 403
    assert desk.send("/proposals/1", {"act": "remove"}) == 400
    assert desk.send("/proposals/new", {"kind": "DISSOLVE", "step": "open"}) == 400
    assert desk.send("/proposals/new?kind=SUSPEND", {"kind": "SUSPEND", "organisation": "2", "form": "0" * 64}) == 403
    assert not desk.of.outbox.rows
    desk = Desk(application, world(), "steward")
    fields = {"kind": "SUSPEND", "organisation": "2", "step": "preview", "form": desk.form}
    assert desk.send("/proposals/new?kind=SUSPEND", fields) == 403


def test_the_list_selects_by_state_and_has_pages(read: Reader) -> None:
    of = world()
    assert 'href="/proposals/1"' not in read(of, "/proposals?state=EXECUTED")
    page = read(of, "/proposals?limit=1&state=")
    assert 'href="/proposals/2"' in page
    onward = re.search(r'rel="next" href="([^"]+)"', page)
    assert onward is not None
    assert f'href="/proposals/1?asOf={HEAD}"' in read(of, "/proposals" + unescape(onward[1]))


def test_votes_needed_is_what_the_contract_counts() -> None:
    for electorate, share, needed in ((4, 5000, 3), (5, 5000, 3), (6, 6667, 5), (3, 9999, 3), (1, 5000, 1)):
        assert votes_needed(electorate, share) == needed


def test_numbers_are_read_as_people_write_them() -> None:
    form = {"thresholds.all": "66,67", "thresholds.custodians": "Infinity"}
    assert body_of("CHANGE_THRESHOLDS", form)["thresholds"] == {"all": 6667, "custodians": "Infinity"}
    assert body_of("SUSPEND", {"organisation": "٢"}) == {"kind": "SUSPEND", "organisation": "٢"}
