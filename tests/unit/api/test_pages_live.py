"""Which pages move by themselves, and that a page which looks again keeps nobody signed in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fastapi import FastAPI

from ledger_node.services.access import Access
from ledger_node.services.sessions import IDLE, NOTED, Sessions
from registry_api.explorer.page import OVERLAP
from registry_api.rates import Rates

from .fakes import MemoryKeys, MemorySessions, World
from .story import HEAD, world_of_all
from .test_explorer import Outline
from .test_sign_in import Browser, Clock

AFTER = re.compile(r'<main [^>]*data-after="(\d+)"')


@pytest.fixture
def of() -> World:
    return world_of_all()


@pytest.fixture
def browser(application: FastAPI, of: World) -> Browser:
    application.state.node, application.state.tries = of.node, Rates()
    return Browser(application)


def moves(page: str) -> int | None:
    found = AFTER.search(page)
    return int(found[1]) if found else None


def test_a_page_follows_from_a_little_before_where_it_was_read(browser: Browser, of: World) -> None:
    version = f"/versions/{of.index.facts.model_versions[0].id}"
    for path in ("/", version, "/sign-in", "/?lang=fr"):
        assert moves(browser.get(path)) == HEAD - OVERLAP


def test_a_page_of_the_past_stays_as_it_is(browser: Browser) -> None:
    assert moves(browser.get(f"/?asOf={HEAD - 1}")) is None


def test_an_answer_to_a_form_and_a_problem_stay_as_they_are(browser: Browser) -> None:
    browser.sign_in("nonsense")
    assert moves(browser.answer.text) is None
    assert moves(browser.get("/nowhere")) is None


def test_a_node_that_has_read_nothing_yet_is_followed_from_the_beginning(browser: Browser, of: World) -> None:
    at = of.index.at
    assert at is not None
    of.index.at = replace(at, number=1)
    assert moves(browser.get("/sign-in")) == 0


def test_pages_load_their_scripts_from_this_node_and_say_their_words(browser: Browser) -> None:
    found = Outline(browser.get("/", **{"Accept-Language": "fr"}))
    assert [one["src"] for one in found.of("script")] == ["/static/vendor/htmx.js", "/static/live.js"]
    (news,) = (one for one in found.of("p") if one.get("id") == "news")
    assert news["role"] == "status"
    assert news["data-again"] == "Regarder de nouveau"
    (copied,) = (one for one in found.of("p") if one.get("id") == "copied")
    assert (copied["role"], copied["data-copied"]) == ("status", "Copié")
    for name in ("live.js", "times.js"):
        assert browser.client.get(f"/static/{name}").headers["Content-Type"].startswith("text/javascript")


def test_a_page_that_looks_again_by_itself_keeps_nobody_signed_in(
    browser: Browser, of: World, application: FastAPI
) -> None:
    clock = Clock()
    sessions = Sessions(Access(MemoryKeys(), clock), MemorySessions(), clock)
    application.state.node = replace(of.node, sessions=sessions)
    for fetched, lasts in (("empty", False), ("image", False), ("document", True)):
        browser.sign_in("steward")
        clock.time += NOTED
        browser.get("/", **{"Sec-Fetch-Dest": fetched})
        clock.time += IDLE - NOTED
        assert browser.is_signed_in is lasts
