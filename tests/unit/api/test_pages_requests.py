"""The pages of requests: what is wanted, the thread of both sides, asking, granting and declining."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from ledger_node.domain.codes import DeclineReason
from registry_api.explorer.languages import CATALOGUES, NAMES

from .fakes import NOW, World, digest
from .story import world_of_all
from .test_access_requests import about, say
from .test_explorer import Outline
from .test_pages_models import browser_of, post, put_card

TEXTS = CATALOGUES["en"]
HOSPITAL, OTHER, PUBLISHER = 1, 2, 3
ASKED = {
    "operations.TRAIN": "on",
    "purposes.HRESCH": "on",
    "regions.DE": "on",
    "notBefore": "2026-12-01T00:00",
    "expiresAt": "2027-12-01T00:00:30",
    "maxRounds": "5",
    "epsilonBudget": "0.5",
    "card.title": "Masses",
    "card.purpose": "Fewer biopsies",
}


def path_of(of: World) -> str:
    """The second request: the publisher asks the first hospital."""
    return f"/requests/{of.index.facts.requests[1].id}"


def answered(of: World, **fields: Any) -> World:
    asked = of.index.facts.requests[1]
    of.index.facts.requests[1] = replace(asked, answered_at=NOW, **fields)
    return of


@pytest.mark.parametrize("language", NAMES)
def test_pages_are_well_formed(application: FastAPI, language: str) -> None:
    for organisation, role in ((HOSPITAL, "steward"), (PUBLISHER, "publisher"), (OTHER, None)):
        of = world_of_all(organisation)
        say(of, HOSPITAL, about(of, "Why?"))
        browser = browser_of(application, of, role)
        for path in ("/requests", "/requests/new", path_of(of)):
            found = Outline(browser.get(path, **{"Accept-Language": language}))
            assert found.of("main")[0]["lang"] == language
            assert len(found.of("h1")) == 1
            ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
            assert len(set(ids)) == len(ids)
            assert {a["for"] for a in found.of("label") if "for" in a} <= set(ids)


def test_requests_are_listed_by_state_hospital_and_requester(application: FastAPI) -> None:
    of = answered(world_of_all(), decline_reason=DeclineReason.ETHICS_REFUSED)
    first, second = (f"/requests/{one.id}" for one in of.index.facts.requests)
    browser = browser_of(application, of)
    for query, shown in (
        ("", (True, True)),
        ("state=DECLINED", (False, True)),
        ("state=OPEN&text=", (True, False)),
        ("custodian=1", (False, True)),
        ("custodian=2", (True, False)),
        ("requester=3", (True, True)),
        ("requester=1", (False, False)),
        ("text=nothing", (False, False)),
    ):
        page = browser.get(f"/requests?{query}")
        assert (f'href="{first}"' in page, f'href="{second}"' in page) == shown


def test_a_request_says_what_is_wanted_and_what_was_said(application: FastAPI) -> None:
    of = world_of_all(OTHER)
    card = put_card(of, {"title": "Fewer <biopsies>", "sponsor": "Fund"})
    asked = of.index.facts.requests[1]
    of.index.facts.requests[1] = replace(asked, wanted=replace(asked.wanted, card_digest=card))
    say(of, HOSPITAL, about(of, "Which <ethics> vote?\nWhen?"))
    say(of, PUBLISHER, about(of, "EK 12/2026", inReplyTo=1))
    say(of, HOSPITAL, about(of, "gone"), stored=False)
    page = browser_of(application, of).get(path_of(of))
    for text in (
        "Fewer &lt;biopsies&gt;",
        "Fund",
        "MONDO:0007254",
        TEXTS["codes.Operation.TRAIN"],
        TEXTS["codes.Region.DE"],
        "Which &lt;ethics&gt; vote?\nWhen?",
        TEXTS["requests.in_reply"].format(number=1),
        TEXTS["requests.unread"],
        TEXTS["codes.RequestState.ASKED_BACK"],
    ):
        assert text in page
    assert "<ethics>" not in page
    assert 'class="form"' not in page


def test_visas_are_shown_as_statements(application: FastAPI) -> None:
    of = world_of_all()
    visa = {
        "digest": digest("visa"),
        "issuer": "https://rems.example/",
        "type": "ControlledAccessGrants",
        "value": "https://repository.example/710",
        "source": "https://repository.example/dac",
        "asserted": "2026-11-01",
        "expires": "2027-11-01",
    }
    say(of, PUBLISHER, about(of, "Our grounds", visas=[visa]))
    page = browser_of(application, of).get(path_of(of))
    assert "ControlledAccessGrants: https://repository.example/710" in page
    assert "2026-11-01–2027-11-01" in page


def test_who_may_do_what(application: FastAPI) -> None:
    for organisation, role, acts in (
        (HOSPITAL, "steward", {"messages", "decline", "grant"}),
        (HOSPITAL, "publisher", {"messages"}),
        (HOSPITAL, "auditor", set()),
        (PUBLISHER, "publisher", {"messages"}),
        (OTHER, "operator", set()),
    ):
        of = world_of_all(organisation)
        page = browser_of(application, of, role).get(path_of(of))
        found = set(re.findall(r'name="act" value="(\w+)"', page))
        found |= {"grant"} if "/consents/new?request=" in page else set()
        assert found == acts
    stranger = browser_of(application, world_of_all()).get(path_of(of))
    assert TEXTS["page.only_for"] in stranger


def test_an_answered_request_is_over(application: FastAPI) -> None:
    of = answered(world_of_all(), decline_reason=DeclineReason.ETHICS_REFUSED)
    page = browser_of(application, of, "steward").get(path_of(of))
    assert TEXTS["codes.DeclineReason.ETHICS_REFUSED"] in page
    assert 'class="form"' not in page
    granted = answered(world_of_all(), consent=of.index.facts.consents[-1].id)
    page = browser_of(application, granted, "steward").get(path_of(granted))
    assert f"/consents/{of.index.facts.consents[-1].id}" in page
    for name in ("condition", "maxRounds"):  # the consent is for any disease, and for more rounds than were asked for
        assert TEXTS[f"wanted.{name}"] in page


def test_a_request_is_made_by_the_form(application: FastAPI) -> None:
    of = world_of_all(PUBLISHER)
    dataset = of.index.facts.datasets[0].id
    browser = browser_of(application, of, "publisher")
    assert f'<option value="{dataset}" selected>' in browser.get(f"/requests/new?dataset={dataset}")
    answer = post(browser, "/requests/new", dataset=dataset, **ASKED)
    assert answer.status_code == 303
    command = of.outbox.commands["submission-1"]
    assert answer.headers["Location"] == f"/submissions/submission-1?next=%2Frequests%2F{command.subject}"
    _, wanted = command.args
    assert (wanted[0], *wanted[7:9]) == (dataset, 5, 500_000)
    assert json.loads(of.node.documents.get(wanted[-1])) == {"title": "Masses", "purpose": "Fewer biopsies"}


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"dataset": ""}, "dataset"),
        ({"maxRounds": "many"}, "maxRounds"),
        ({"expiresAt": ""}, "expiresAt"),
        ({"card": "{"}, "card"),
    ],
)
def test_what_is_refused_is_shown_with_what_was_typed(
    application: FastAPI, changed: dict[str, str], wrong: str
) -> None:
    of = world_of_all(PUBLISHER)
    browser = browser_of(application, of, "publisher")
    answer = post(browser, "/requests/new", **{"dataset": of.index.facts.datasets[0].id, **ASKED, **changed})
    assert answer.status_code == 400
    found = Outline(answer.text)
    assert [a["name"] for _, a in found.seen if a.get("aria-invalid")] == [wrong]
    assert 'name="purposes.HRESCH" checked' in answer.text
    assert 'value="Masses"' in answer.text
    assert not of.outbox.commands


def test_both_sides_talk_by_the_form(application: FastAPI) -> None:
    of = world_of_all(HOSPITAL)
    browser = browser_of(application, of, "steward")
    assert post(browser, path_of(of), act="messages", text="Why?\r\nWhen?").status_code == 303
    said = json.loads(of.node.documents.get(str(of.outbox.commands["submission-1"].args[2])))
    assert (said["text"], said.get("inReplyTo")) == ("Why?\nWhen?", None)
    theirs = world_of_all(PUBLISHER)
    say(theirs, HOSPITAL, about(theirs, "Why?"))
    browser = browser_of(application, theirs, "publisher")
    assert '<input type="hidden" name="inReplyTo" value="1">' in browser.get(path_of(theirs))
    assert post(browser, path_of(theirs), act="messages", text="So.", inReplyTo="1").status_code == 303
    said = json.loads(theirs.node.documents.get(str(theirs.outbox.commands["submission-1"].args[2])))
    assert said["inReplyTo"] == 1


def test_a_message_that_is_refused_is_shown_with_its_text(application: FastAPI) -> None:
    of = world_of_all(PUBLISHER)
    browser = browser_of(application, of, "publisher")
    answer = post(browser, path_of(of), act="messages", text="See <visa>", visas="no-visa")
    assert answer.status_code == 400
    assert "See &lt;visa&gt;</textarea>" in answer.text
    assert 'role="alert"' in answer.text
    Outline(answer.text)


@pytest.mark.parametrize(("language", "says"), [("en", "Refused: "), ("fr", "Refusé\u00a0: ")])
def test_a_refusal_has_the_focus_and_stands_in_the_title(application: FastAPI, language: str, says: str) -> None:
    of = world_of_all(PUBLISHER)
    browser = browser_of(application, of, "publisher")
    page = browser.get(f"{path_of(of)}?lang={language}")
    assert "autofocus" not in page
    title = page.partition("<title>")[2].partition("<")[0]
    assert not title.startswith(says)
    answer = post(browser, path_of(of), act="messages", text="Why?", visas="no-visa")
    (refused,) = (one for one in Outline(answer.text).of("div") if one.get("id") == "refused")
    assert (refused["tabindex"], "autofocus" in refused) == ("-1", True)
    assert f"<title>{says}{title}<" in answer.text


def test_what_people_wrote_is_marked_as_no_language(application: FastAPI) -> None:
    of = world_of_all()
    card = put_card(of, {"title": "Moins de biopsies", "purpose": "Mieux trier"})
    asked = of.index.facts.requests[1]
    of.index.facts.requests[1] = replace(asked, wanted=replace(asked.wanted, card_digest=card))
    page = browser_of(application, of).get(path_of(of), **{"Accept-Language": "fr"})
    assert re.search(r'<dt lang="en">purpose</dt><dd>\s*<span lang="">Mieux trier</span>\s*</dd>', page)


def test_a_hospital_declines_with_a_reason(application: FastAPI) -> None:
    of = world_of_all(HOSPITAL)
    browser = browser_of(application, of, "steward")
    assert post(browser, path_of(of), act="decline", reason="").status_code == 400
    assert post(browser, path_of(of), act="decline", reason="INCOMPLETE", once="once-2").status_code == 303
    assert of.outbox.commands["submission-1"].kind == "request.decline"
    other = browser_of(application, world_of_all(PUBLISHER), "publisher")
    assert post(other, path_of(of), act="decline", reason="INCOMPLETE").status_code == 403
