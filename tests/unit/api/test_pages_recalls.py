"""The pages of recalls and of emergency suspensions: who sees what, who may do it, and what the forms send."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI

from ledger_node.domain.codes import OrganisationStatus
from registry_api.explorer.languages import CATALOGUES, NAMES

from .fakes import NOW, World, digest
from .story import DAY, NO_PROJECT, world_of_all
from .test_pages_consortium import EVIL, Reader, changed, read, row_of
from .test_pages_keys import Desk, unmade

__all__ = ["read"]
HOSPITAL, OTHER, PUBLISHER, REGULATOR = 1, 2, 3, 4
RECALL = f"/recalls/{digest('recall 0')}"


def version_of(of: World, place: int = 0) -> str:
    return of.index.facts.model_versions[place].id


def form_of(of: World, place: int = 0) -> str:
    return f"/versions/{version_of(of, place)}/recall"


def with_notice(of: World, **notice: str) -> World:
    content = json.dumps(notice).encode()
    of.index.facts.recalls[0] = replace(of.index.facts.recalls[0], notice_digest=of.node.documents.put(content))
    return of


@pytest.mark.parametrize("language", NAMES)
def test_pages_are_whole_in_every_language(read: Reader, language: str) -> None:
    texts = CATALOGUES[language]
    for path, key in (
        ("/recalls", "recalls.lead"),
        (RECALL, "recalls.notice"),
        (form_of(world_of_all()), "recalls.new_lead"),
        ("/organisations/1/suspend", "suspensions.once"),
    ):
        for role in (None, "auditor"):
            assert texts[key] in unescape(read(world_of_all(REGULATOR), path, role, language))


def test_those_that_stand_come_first_and_the_others_when_asked_for(read: Reader) -> None:
    of = with_notice(world_of_all(), title="Misses lesions")
    one = of.index.facts.recalls[0]
    row = row_of(read(of, "/recalls"), one.id)
    for words in ("Misses lesions", "Version 1", "serious", "1 acknowledged, 2 have not"):
        assert words in row
    assert one.id not in read(of, "/recalls?stands=false")
    of.index.facts.recalls[0] = replace(one, lifted_by=0, lifted_at=NOW)
    assert "No recall stands." in read(of, "/recalls")
    assert one.id in read(of, "/recalls?stands=false")
    assert one.id in read(of, f"/recalls?asOf={one.at.block}&stands=false")


def test_a_recall_says_who_has_read_it_and_what_it_reaches(read: Reader) -> None:
    of = with_notice(world_of_all(), title="Misses lesions", advice="Do not screen with it")
    page = read(of, RECALL)
    assert "Do not screen with it" in page
    rows = re.findall(r'/organisations/(\d)">[^<]+</a></div></th>\s*<td.*?class="pill (\w+)"', page, re.DOTALL)
    assert rows == [("1", "revoked"), ("3", "revoked"), ("2", "active")]
    assert f"/versions/{version_of(of, 1)}" in page  # made from the recalled one
    changed(of, PUBLISHER, voted=OrganisationStatus.REMOVED)
    assert "/organisations/3" not in re.sub(r"(?s)<dl.*?</dl>", "", read(of, RECALL))


def test_a_notice_that_is_not_at_hand_or_no_json_is_said(read: Reader) -> None:
    of = world_of_all()
    assert "does not have the notice at hand" in read(of, RECALL)
    of = with_notice(of, title=EVIL)
    for path in ("/recalls", RECALL):
        assert "<script>" not in read(of, path)
    assert "&lt;script&gt;" in read(of, RECALL)


def test_a_hospital_acknowledges(application: FastAPI) -> None:
    desk = Desk(application, world_of_all(HOSPITAL), "steward")
    assert 'value="acknowledge"' in desk.get(RECALL)
    assert desk.done(RECALL, {"act": "acknowledge"}) == ("acknowledge", (digest("recall 0"),))
    desk = Desk(application, world_of_all(OTHER), "steward")
    assert 'value="acknowledge"' not in desk.get(RECALL)
    assert desk.send(RECALL, {"act": "nonsense"}) == 400


def test_only_who_issued_it_lifts_it(application: FastAPI) -> None:
    desk = Desk(application, world_of_all(REGULATOR), "auditor")
    assert 'value="lift"' in desk.get(RECALL)
    assert desk.done(RECALL, {"act": "lift"}) == ("liftRecall", (digest("recall 0"),))
    desk = Desk(application, world_of_all(REGULATOR), "steward")
    assert 'value="lift"' not in desk.get(RECALL)
    desk = Desk(application, world_of_all(PUBLISHER), "publisher")
    assert 'value="lift"' not in desk.get(RECALL)
    assert "ML-0403" in desk.refused(RECALL, {"act": "lift"})


NOTICE = {
    "severity": "CRITICAL",
    "notice.title": " Stop ",
    "notice.reason": "It misses\r\nlesions",
    "notice.advice": "",
}


def test_a_regulator_recalls_by_a_form(application: FastAPI) -> None:
    of = world_of_all(REGULATOR)
    desk = Desk(application, of, "auditor")
    page = desk.get(form_of(of))
    assert "stands already" in page
    assert 'name="replacement"' not in page
    function, args = desk.done(form_of(of), NOTICE)
    notice = digest('{"reason":"It misses\\nlesions","title":"Stop"}')
    assert (function, args[1:]) == ("recall", (version_of(of), 2, notice, NO_PROJECT))
    assert desk.answer.headers["location"].endswith(f"%2Frecalls%2F{next(iter(of.outbox.commands.values())).subject}")


def test_a_publisher_names_a_replacement(application: FastAPI) -> None:
    of = world_of_all(PUBLISHER)
    desk = Desk(application, of, "publisher")
    assert f'value="{version_of(of, 1)}">Version 2' in desk.get(form_of(of))
    assert f'value="{version_of(of, 0)}"' not in desk.get(form_of(of, 1))  # recalled itself
    _, args = desk.done(form_of(of), {**NOTICE, "replacement": version_of(of, 1)})
    assert args[4] == version_of(of, 1)
    page = desk.refused(form_of(of), {**NOTICE, "replacement": version_of(of, 0)})
    assert 'id="replacement-error"' in page
    assert "It misses" in page


def test_who_may_not_recall_sees_who_may(application: FastAPI) -> None:
    of = world_of_all(HOSPITAL)
    assert "Only the publisher of a version or a regulator" in Desk(application, of, "auditor").get(form_of(of))
    desk = Desk(application, of, "steward")
    assert 'name="severity"' not in desk.get(form_of(of))
    assert desk.send(form_of(of), NOTICE) == 403


def test_a_regulator_suspends_in_an_emergency(application: FastAPI) -> None:
    of = world_of_all(REGULATOR)
    desk, path = Desk(application, of, "auditor"), "/organisations/1/suspend"
    assert 'value="DATA_BREACH"' in desk.get(path)
    typed = {"reason": "DATA_BREACH", "until": "2026-12-01T10:30"}
    assert desk.done(path, typed) == ("suspendInEmergency", (1, 2, 1_796_121_000))
    page = desk.refused(path, {**typed, "until": "2027-12-01T10:30"})
    assert 'id="until-error"' in page
    assert 'value="2027-12-01T10:30"' in page
    assert "ML-0101" in desk.refused(path, {**typed, "until": "soon"})


def test_nobody_s_choice_is_made_for_them(application: FastAPI) -> None:
    for organisation, path, name, typed in (
        (PUBLISHER, form_of(world_of_all()), "severity", NOTICE),
        (REGULATOR, "/organisations/1/suspend", "reason", {"until": "2026-12-01T10:30"}),
    ):
        desk = Desk(application, world_of_all(organisation), "operator")
        assert unmade(desk.get(path), name)
        page = desk.refused(path, {**typed, name: ""})
        assert f'id="{name}-error"' in page
        assert unmade(page, name)


def test_who_cannot_suspend_is_told_why(application: FastAPI) -> None:
    for organisation, role, number in (
        (HOSPITAL, "auditor", 2),
        (REGULATOR, "auditor", REGULATOR),
        (REGULATOR, "steward", 1),
    ):
        of = world_of_all(organisation)
        desk = Desk(application, of, role)
        page = desk.get(f"/organisations/{number}/suspend")
        assert 'name="until"' not in page
        assert ("Only a regulator suspends" in page) == (role == "auditor")
    of = world_of_all(REGULATOR)
    changed(of, 1, emergency_until=NOW - DAY)
    assert "was suspended in an emergency before" in Desk(application, of, "auditor").get("/organisations/1/suspend")
