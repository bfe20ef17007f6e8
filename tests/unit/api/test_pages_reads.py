"""Pages on record: which are and what stands there; that none is shown that is not; and who may see the record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from ledger_node.errors import StoreUnavailable
from ledger_node.ports import ApiKey
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.rates import Rates

from .fakes import NOW, World
from .story import HEAD, world_of_all
from .test_pages_consortium import EVIL, Reader, read
from .test_sign_in import Browser

__all__ = ["read"]


@pytest.fixture
def of() -> Iterator[World]:
    """A regulator's."""
    made = world_of_all(4)
    made.node.recording.start()
    yield made
    made.node.recording.stop()


@pytest.fixture
def browser(application: FastAPI, of: World) -> Browser:
    application.state.node, application.state.tries = of.node, Rates()
    return Browser(application)


def recorded(of: World) -> list[tuple[str, str, str | None, int | None]]:
    return [(one.caller.split()[-1], one.operation, one.subject, one.as_of) for one in of.record.kept]


def test_pages_are_on_record_as_the_calls_of_the_api_are(browser: Browser, of: World) -> None:
    version = of.index.facts.model_versions[0].id
    browser.sign_in("auditor")
    browser.get("/")
    browser.get(f"/versions/{version}/questions/1?asOf={HEAD - 1}")
    browser.get("/consortium?limit=1")
    browser.get(f"/versions/{version}/evidence/bundle?asOf={HEAD}")
    browser.get("/reads")
    assert recorded(of) == [
        ("auditor", "/", None, HEAD),
        ("auditor", "/versions/{version}/questions/{number}", version, HEAD - 1),
        ("auditor", "/consortium", None, HEAD),
        ("auditor", "/versions/{version}/evidence/bundle", version, None),
        ("auditor", "/reads", None, of.record.kept[-1].as_of),
    ]
    assert {one.read_at for one in of.record.kept} == {NOW}


def test_who_has_not_signed_in_is_a_visitor(browser: Browser, of: World) -> None:
    browser.get("/recalls")
    assert recorded(of) == [("visitor", "/recalls", None, HEAD)]


def test_what_shows_nothing_of_the_ledger_is_no_read(browser: Browser, of: World) -> None:
    for path in ("/sign-in", "/verify", "/nowhere", "/static/explorer.css", "/reads", "/versions/nonsense"):
        browser.get(path)
    browser.sign_in("auditor")
    browser.get("/versions/0x" + "0" * 64)
    assert recorded(of) == []


def test_no_page_is_shown_that_cannot_be_put_on_record(browser: Browser, of: World) -> None:
    version = of.index.facts.model_versions[0].id
    of.record.full = StoreUnavailable("the store cannot be used now")
    for role in (None, "auditor"):
        if role:
            browser.sign_in(role)
        answer = browser.client.get(f"/versions/{version}", headers={"Accept": "text/html"})
        assert (answer.status_code, "ML-0909" in answer.text, "Sonographix" in answer.text) == (503, True, False)
    of.record.full = None
    assert browser.client.get(f"/versions/{version}").status_code == 200


def test_other_nodes_record_no_page(application: FastAPI) -> None:
    of = world_of_all()
    application.state.node = of.node
    Browser(application).get("/")
    assert of.record.kept == []


@pytest.mark.parametrize("language", NAMES)
def test_the_record_is_shown_page_by_page_to_who_may_see_it(read: Reader, of: World, language: str) -> None:
    texts = CATALOGUES[language]
    read(of, "/recalls", None, language)
    read(of, f"/recalls/{of.index.facts.recalls[0].id}", "auditor", language)
    page = read(of, "/reads?limit=1", "auditor", language)
    assert texts["reads.records"].replace("’", "’") in page
    assert "/recalls/{recall}" in page
    assert "cursor=" in page
    assert texts["reads.visitor"] in read(of, "/reads", "operator", language)
    assert texts["page.reads"] in page
    assert texts["page.reads"] not in read(of, "/", "steward", language)


def test_the_record_is_for_auditors_and_operators(browser: Browser, of: World) -> None:
    assert browser.client.get("/reads").headers["Location"] == "/sign-in?next=%2Freads"
    browser.sign_in("steward")
    assert browser.client.get("/reads").status_code == 403


@pytest.mark.parametrize(("reach", "opens"), [("read", True), ("reads", True), ("models", False)])
def test_the_record_is_within_the_reach_of_keys_that_read(browser: Browser, of: World, reach: str, opens: bool) -> None:
    of.keys.known["limited"] = ApiKey("a" * 64, "auditor", "limited", (reach,))
    browser.sign_in("limited")
    assert browser.client.get("/reads").status_code == (200 if opens else 403)
    assert ('href="/reads"' in browser.get("/consortium")) is opens


def test_names_of_keys_stay_text(read: Reader, of: World) -> None:
    of.node.recording.put(EVIL, EVIL, EVIL, None).result(10)
    assert "<script>" not in read(of, "/reads", "auditor")
