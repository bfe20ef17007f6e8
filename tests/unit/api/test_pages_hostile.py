"""Every page, whoever looks, against names and public documents that mean harm: none fails, none runs a script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from importlib.resources import files
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from ledger_node.services.documents import Documents
from registry_api.explorer import pages
from registry_api.rates import Rates

from .acting import Desk
from .fakes import KEYS, World, digest
from .story import operator, world_of_all
from .test_explorer import Outline
from .test_sign_in import AFAR, FOREIGN, OURS, TLS

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}{% raw %}{name}javascript:alert(3)'
#: What anybody may have put as a card, a notice, a policy, an attestation.
DOCUMENTS: dict[str, Any] = {
    "model card": {
        "format": "medledger-model-card/1",
        **dict.fromkeys(("title", "intendedUse", "limitations"), EVIL),
        "changePlan": {"permits": [EVIL], "bounds": EVIL},
        "change": {"kind": "RETRAINED", "summary": EVIL},
    },
    "run card": {"format": "medledger-run-card/1", **dict.fromkeys(("title", "method"), EVIL)},
    "dataset card": {"name": EVIL, "description": EVIL, "license": EVIL, "url": "javascript:alert(4)"},
    "notice": {**dict.fromkeys(("title", "reason", "advice", "text"), EVIL), EVIL: {EVIL: [EVIL, {EVIL: None}]}},
    "other shapes": {"title": [EVIL], "name": 7, "reason": {"a": {"b": True}}, "intendedUse": None, "origin": [1.5]},
    "list": [EVIL, [EVIL], {}],
    "text": EVIL,
}
#: Pages that show no document but these are looked at once.
WITH_DOCUMENTS = ("/models", "/versions", "/runs", "/datasets", "/consents", "/requests", "/recalls")
#: What a browser says of where a form comes from; with the last it is this node's page, and wants the session's word.
FROM: list[dict[str, str]] = [FOREIGN, {"Sec-Fetch-Site": "none"}, {"Origin": AFAR}, {}, OURS]
ELSEWHERE = {"/sign-in/provider", "/sign-in/callback"}  # nothing of the ledger; without a provider here


def paths(of: World, method: str = "GET") -> Iterator[str]:
    """One of each page that is read, or of what forms are sent to, with what the story has."""
    facts = of.index.facts
    known = {
        "version": facts.model_versions[0].id,
        "model": facts.models[0].id,
        "run": facts.runs[0].id,
        "dataset": facts.datasets[1].id,
        "consent": facts.consents[1].id,
        "of": facts.requests[0].id,
        "recall": facts.recalls[0].id,
        "address": operator(101),
        "submission": "submission-1",
        "form": "prov",
        "number": "1",
    }
    for route in (route for subject in pages.SUBJECTS for route in subject.routes.routes):
        if isinstance(route, APIRoute) and method in route.methods and route.path not in {*ELSEWHERE, "/live"}:
            yield re.sub(r"\{(\w+)[^}]*\}", lambda match: known[match[1]], route.path)


@pytest.fixture
def hostile(application: FastAPI, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    of = world_of_all()
    content = json.dumps(DOCUMENTS[request.param]).encode()
    monkeypatch.setattr(Documents, "find", lambda self, digest: content)
    monkeypatch.setattr(Documents, "get", lambda self, digest: content)
    Desk(application, of).done(f"/v1/recalls/{digest('recall 0')}/acknowledge")
    for one in of.index.facts.organisations:
        object.__setattr__(one, "name", EVIL)
    return of


@pytest.mark.parametrize("hostile", DOCUMENTS, indirect=True)
def test_no_page_fails_or_runs_what_others_wrote(
    application: FastAPI, hostile: World, request: pytest.FixtureRequest
) -> None:
    every = request.node.callspec.params["hostile"] == "notice"
    application.state.node, application.state.tries = hostile.node, Rates()
    client = TestClient(application, base_url=TLS, raise_server_exceptions=False)
    client.post("/sign-in", data={"key": KEYS["operator"]}, headers=OURS)
    shown = 0
    for path in paths(hostile):
        if not every and not path.startswith(WITH_DOCUMENTS):
            continue
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code < 500, path
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy, path
        assert "default-src 'none'" in policy, path
        assert "<script>alert" not in answer.text or "json" in answer.headers["content-type"], path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        found, shown = Outline(answer.text), shown + 1
        assert EVIL in unescape(answer.text), path  # the node's own name at least
        assert not [one for one in found.of("img") if one.get("src") == "x"], path
        assert all((one["src"] or "").startswith("/static/") for one in found.of("script")), path
        for _, attributes in found.seen:
            assert not any(name.startswith("on") or name == "style" for name in attributes), path
            for name in ("href", "src", "action", "formaction"):
                assert re.match(r"([/?#](?!/)|$)", attributes.get(name) or ""), (path, attributes)
    assert shown > 15


def test_what_is_the_node_s_own_is_for_who_has_signed_in(application: FastAPI) -> None:
    of = world_of_all()
    Desk(application, of).done(f"/v1/recalls/{digest('recall 0')}/acknowledge")
    stranger = TestClient(application, base_url=TLS, follow_redirects=False)
    led = []
    for path in paths(of):
        answer = stranger.get(path, headers={"Accept": "text/html"})
        assert 'name="form"' not in answer.text, path
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/sign-in?next="), path
            led.append(path)
        else:
            assert "submission-1" not in answer.text, path
    assert {"/submissions", "/submissions/submission-1", "/node", "/reads"} <= set(led)
    assert len(of.outbox.rows) == 1


@pytest.mark.parametrize("role", [*KEYS, None])
def test_no_form_is_taken_but_a_session_s_own(application: FastAPI, role: str | None) -> None:
    of = world_of_all()
    application.state.node, application.state.tries = of.node, Rates()
    client = TestClient(application, base_url=TLS, follow_redirects=False)
    if role is not None:
        client.post("/sign-in", data={"key": KEYS[role]}, headers=OURS)
    before = repr(of.node.status.now())
    sent = 0
    for path in paths(of, "POST"):
        if path == "/sign-in" or (path, role) == ("/sign-out", None):  # of who has no session, none ends
            continue
        for headers in (
            FOREIGN,
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": AFAR},
            {},
            OURS,
        ):
            for form in ({}, {"form": "0" * 64}):
                fields = {"act": "pause", "step": "open", "kind": "SUSPEND", **form}
                answer = client.post(path, data=fields, headers={"Accept": "text/html", **headers})
                assert answer.status_code in (400, 401, 403, 409), (path, headers, answer.status_code)
                sent += 1
    assert sent > 100
    assert not of.outbox.rows
    assert of.desk.paused() is None
    assert repr(of.node.status.now()) == before


def test_no_template_takes_a_text_for_markup() -> None:
    folder = files("registry_api.explorer").joinpath("templates")
    sources = {one.name: one.read_text("utf-8") for one in folder.iterdir()}
    assert len(sources) > 20
    assert not [name for name, source in sources.items() if re.search(r"\|\s*safe\b|autoescape", source)]
