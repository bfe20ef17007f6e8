"""The node's own page: for operators alone, and what they can do there."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node.ports import ApiKey
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.explorer.pages.node import ACTS

from .story import HEAD, world
from .test_pages_consortium import Reader, read
from .test_pages_keys import Desk
from .test_sign_in import FOREIGN, TLS

__all__ = ["read"]


@pytest.mark.parametrize("language", NAMES)
def test_the_node_is_shown_in_every_language(read: Reader, language: str) -> None:
    page, texts = unescape(read(world(), "/node", "operator", language)), CATALOGUES[language]
    for key in ("stands", "writes", "captures", "checks", "no_webhooks"):
        assert texts[f"node.{key}"] in page
    assert texts["node_acts.pause"] in page
    assert texts["node_acts.resume"] not in page


def test_only_operators_see_it(application: FastAPI, read: Reader) -> None:
    of = world()
    for role in ("steward", "publisher", "auditor"):
        page = read(of, "/consortium", role)
        assert 'href="/node"' not in page
        desk = Desk(application, of, role)
        assert desk.client.get("/node").status_code == 403
    assert 'href="/node"' in read(of, "/consortium", "operator")
    stranger = TestClient(application, base_url=TLS, follow_redirects=False).get("/node")
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/sign-in?next=%2Fnode")


def test_webhooks_are_for_keys_that_reach_them(application: FastAPI) -> None:
    of, told = world(), CATALOGUES["en"]["node.webhooks"]
    for name, reach, shown in (("a", ("node",), False), ("b", ("node", "webhooks"), True)):
        of.keys.known[name] = ApiKey(name * 64, "operator", name, reach)
        assert (f">{told}</h2>" in Desk(application, of, name).get("/node")) is shown


def test_troubles_and_alarms_are_said(read: Reader) -> None:
    of = world()
    of.ledger.number = HEAD + 500
    of.desk.alarm(7, None, HEAD)
    of.gauges.figures = replace(of.gauges.figures, split_views=1, paused="foreign_transaction")
    page = read(of, "/node", "operator")
    texts = CATALOGUES["en"]
    for key in ("not_ready", "alarms_mean", "paused"):
        assert texts[f"node.{key}"] in unescape(page)
    assert texts["consortium.split"] in page
    assert 'value="resume"' in page


def test_a_node_is_paused_and_resumed(application: FastAPI) -> None:
    desk = Desk(application, world())
    assert desk.send("/node", {"act": "pause"}) == 303
    assert desk.of.desk.paused() == "operator"
    assert desk.send("/node", {"act": "resume"}) == 303
    assert desk.of.desk.paused() is None


def test_what_a_check_and_a_rebuild_found_is_shown(application: FastAPI) -> None:
    desk, texts = Desk(application, world()), CATALOGUES["en"]
    for act, text in (("fsck", "clean"), ("repair", "clean"), ("rebuild", "rebuilt_equal")):
        assert desk.send("/node", {"act": act}) == 200
        assert texts[f"node.{text}"] in unescape(desk.answer.text)
    assert desk.send("/node", {"act": "fill"}) == 303


def test_no_form_of_another_does_anything(application: FastAPI) -> None:
    desk = Desk(application, world())
    for act in ACTS:
        assert desk.send("/node", {"act": act}, **FOREIGN) == 403
        assert desk.send("/node", {"act": act, "form": "0" * 64}) == 403
    assert desk.send("/node", {"act": "gc"}) == 400
    steward = Desk(application, desk.of, "steward")
    for act in ACTS:
        assert steward.send("/node", {"act": act, "form": steward.form}) == 403
    assert steward.of.desk.paused() is None
