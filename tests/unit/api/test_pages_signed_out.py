"""Forms of a session that is over: nothing is written, and nothing that was typed is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI

from registry_api.explorer import page
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.explorer.pages import SUBJECTS

from .fakes import World, digest
from .story import world_of_all
from .test_explorer import Outline
from .test_pages_models import browser_of
from .test_sign_in import FORM, OURS, Browser

VERSION, RECALL = digest("version 0"), digest("recall 0")
EVIL = '"><script>alert(1)</script>'
#: Of whom, in which role, where, what is typed, and which of it the form must show again.
FORMS: list[tuple[int, str, str, dict[str, str], str]] = [
    (3, "publisher", "/models/new", {"card.title": EVIL, "card.intendedUse": "in adults"}, "card.title"),
    (1, "steward", "/consents/new", {"step": "preview", "projectRef": "mine", "purposes.HRESCH": "on"}, "projectRef"),
    (1, "steward", "/consents/new", {"step": "issue", "policyDigest": "own <words>"}, "policyDigest"),
    (3, "publisher", "/requests/new", {"card.title": "Masses", "maxRounds": "5"}, "card.title"),
    (1, "steward", "/requests/{request}", {"act": "messages", "text": "Why?\r\nWhen?"}, "text"),
    (1, "operator", "/proposals/new", {"kind": "ADMIT", "step": "preview", "admission.name": "Süd"}, "admission.name"),
    (1, "operator", "/proposals/new", {"kind": "ADMIT", "step": "open", "admission.name": "Süd"}, "admission.name"),
    (3, "publisher", "/versions/{version}/recall", {"severity": "MINOR", "notice.title": "Why"}, "notice.title"),
    (1, "operator", "/node", {"act": "pause"}, ""),
]


def form_of(found: str) -> dict[str, str]:
    """The hidden fields of the page's own form."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found.partition("<main")[2])
    return {name: unescape(value) for name, value in fields}


def path_in(of: World, path: str) -> str:
    facts = of.index.facts
    return path.format(request=facts.requests[1].id, version=facts.model_versions[0].id)


def send(browser: Browser, path: str, fields: dict[str, str], **headers: str) -> Any:
    return browser.client.post(path, data=fields, headers={**OURS, **headers})


@pytest.mark.parametrize(("organisation", "role", "path", "typed", "shown"), FORMS)
def test_a_form_outlasts_its_session(
    application: FastAPI, organisation: int, role: str, path: str, typed: dict[str, str], shown: str
) -> None:
    of = world_of_all(organisation)
    browser, path = browser_of(application, of, role), path_in(of, path)
    before, first = repr(of.node.status.now()), browser.form
    browser.sign_out(first)
    answer = send(browser, path, {"form": first, "once": "once-1", **typed})
    assert answer.status_code == 403
    assert CATALOGUES["en"]["sign_in.over"] in answer.text
    assert "<script>alert" not in answer.text
    (onward,) = (one for one in Outline(answer.text).of("form") if one["action"] == path)
    assert onward["method"] == "post"
    kept = form_of(answer.text)
    assert kept == {name: text for name, text in typed.items() if (path, name) != ("/consents/new", "step")}
    assert CATALOGUES["en"]["sign_in.over"] in send(browser, path, kept).text  # and as long as nobody signs in
    browser.sign_in(role)
    answer = send(browser, path, kept)
    assert answer.status_code == 403
    assert CATALOGUES["en"]["page.send_anew"] in answer.text
    found = FORM.search(answer.text.partition("<main")[2])
    assert found is not None
    assert found[1] == browser.form != first
    if shown:
        value = re.search(
            rf'<(?:input[^>]* name="{shown}"[^>]* value="|textarea[^>]* name="{shown}"[^>]*>)([^"<]*)', answer.text
        )
        assert value is not None
        assert unescape(value[1]).replace("\r", "") == typed[shown].replace("\r", "")
    assert not of.outbox.rows
    assert repr(of.node.status.now()) == before


def test_it_is_sent_by_its_person_alone(application: FastAPI) -> None:
    """What shows a form again writes nothing; the form that it shows does, once."""
    of = world_of_all(3)
    browser = browser_of(application, of, "publisher")
    typed = {"card.title": "Masses", "card.intendedUse": "in adults"}
    again = send(browser, "/models/new", {"form": "0" * 64, "once": "once-1", **typed})
    assert (again.status_code, len(of.outbox.rows)) == (403, 0)
    fields = {**form_of(again.text), **typed}
    assert send(browser, "/models/new", fields).status_code == 303
    assert send(browser, "/models/new", fields).status_code == 303
    assert len(of.outbox.rows) == 1


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_another_site_fills_in_no_form(application: FastAPI, headers: dict[str, str]) -> None:
    of = world_of_all(3)
    for browser in (browser_of(application, of, "publisher"), browser_of(application, of)):
        answer = send(browser, "/models/new", {"card.title": "planted"}, **headers)
        assert answer.status_code == 403
        assert "planted" not in answer.text
        assert "<form" not in answer.text.partition("<main")[2]


@pytest.mark.parametrize("language", NAMES)
def test_the_page_between_is_whole(application: FastAPI, language: str) -> None:
    of = world_of_all()
    answer = send(browser_of(application, of), "/models/new", {"card.title": EVIL}, **{"Accept-Language": language})
    found = Outline(answer.text)
    assert found.of("main")[0]["lang"] == language
    assert len(found.of("h1")) == 1
    assert ("/sign-in", "_blank") in {(one.get("href"), one.get("target")) for one in found.of("a")}
    assert form_of(answer.text) == {"card.title": EVIL}


def test_whoever_is_signed_out_already_signs_out(application: FastAPI) -> None:
    browser = browser_of(application, world_of_all(), "steward")
    form = browser.form
    assert [browser.sign_out(form), browser.sign_out(form)] == [303, 303]


def test_every_page_that_answers_a_form_has_an_address() -> None:
    """Its links to another language and to signing in lead back to its path, by GET."""
    methods: dict[str, set[str]] = {}
    for subject in SUBJECTS:
        for route in subject.routes.routes:
            if isinstance(route, page.Page):
                methods.setdefault(route.path, set()).update(route.methods)
    assert len([path for path, found in methods.items() if "POST" in found]) > 12
    assert [path for path, found in methods.items() if "POST" in found and "GET" not in found] == []
