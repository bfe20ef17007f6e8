"""The pages of a write: the steps it goes through, in both languages, and what an operator may do with it."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

import ledger_node.services
from ledger_node.domain.submission import CANCELLED, SubmissionState
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.explorer.writes import ACTING, PAGES, REACHED, Write
from registry_api.rates import Rates

from .acting import Desk
from .fakes import KEYS, World, digest
from .story import HEAD, world_of_all
from .test_explorer import Outline
from .test_sign_in import OURS, Browser

State = SubmissionState
STEPS = ("queued", "sent", "mined", "final")
RECALL = digest("recall 0")
PAGE = "/submissions/submission-1"


@pytest.fixture
def of() -> World:
    return world_of_all()


@pytest.fixture
def browser(application: FastAPI, of: World) -> Browser:
    """With one write of this node: the acknowledgement of a recall."""
    application.state.node, application.state.tries = of.node, Rates()
    Desk(application, of).done(f"/v1/recalls/{RECALL}/acknowledge")
    return Browser(application)


def settle(of: World, state: SubmissionState, **fields: Any) -> None:
    of.outbox.settle("submission-1", state, **fields)


def steps(page: str) -> list[tuple[str, bool]]:
    """The class of each step, and whether it is the current one."""
    current = re.findall(r'<li class="(\w+)"( aria-current="step")?>', page)
    return [(how, bool(now)) for how, now in current]


@pytest.mark.parametrize(
    ("state", "outcome", "seen"),
    [
        (State.QUEUED, None, "now ahead ahead ahead"),
        (State.SIGNED, None, "now ahead ahead ahead"),
        (State.SENT, None, "done now ahead ahead"),
        (State.REPLACED, None, "now ahead ahead ahead"),
        (State.MINED, {"events": []}, "done done now ahead"),
        (State.SAFE, {"events": []}, "done done done done"),
        (State.FINAL, {"events": []}, "done done done done"),
        (State.FAILED, {"error": "X", "args": {}, "meaning": ""}, "done done stopped never"),
        (State.REPLACED, CANCELLED, "stopped never never never"),
    ],
)
@pytest.mark.parametrize("language", NAMES)
def test_a_write_goes_through_its_steps(
    browser: Browser, of: World, language: str, state: State, outcome: dict[str, Any] | None, seen: str
) -> None:
    settle(of, state, outcome=outcome)
    browser.sign_in("auditor")
    page = browser.get(PAGE, **{"Accept-Language": language})
    texts = CATALOGUES[language]
    assert [how for how, _ in steps(page)] == seen.split()
    assert [now for _, now in steps(page)] == [how == "now" for how in seen.split()]
    name = "cancelled" if outcome == CANCELLED else state.value
    assert f"{texts[f'writing.{name}']}. " in page
    ended = state in (State.SAFE, State.FINAL, State.FAILED) or outcome == CANCELLED
    assert ("data-every" in page) != ended
    found = Outline(page)
    assert found.of("html")[0]["lang"] == found.of("main")[0]["lang"] == language
    assert f"/recalls/{RECALL}" in {one.get("href") for one in found.of("a")}


def test_every_state_has_its_place() -> None:
    assert REACHED.keys() == set(State)
    for texts in CATALOGUES.values():
        assert {f"writing.{one.value}" for one in State} < texts.keys()


def test_every_kind_of_write_has_its_words_and_its_page() -> None:
    folder = Path(ledger_node.services.__path__[0])
    said = {word for file in folder.glob("*.py") for word in re.findall(r'"([a-z]+\.[a-z]+)"', file.read_text("utf-8"))}
    kinds = {word for word in said if not word.startswith("body.")}
    assert len(kinds) > 30
    for texts in CATALOGUES.values():
        assert {key.removeprefix("verbs.") for key in texts if key.startswith("verbs.")} == kinds
    assert {kind.partition(".")[0] for kind in kinds} - PAGES.keys() == {"stream"}


def test_only_who_has_signed_in_sees_writes(browser: Browser) -> None:
    for path, after in (("/submissions", "%2Fsubmissions"), (f"{PAGE}?next=/runs", "%2Fsubmissions%2Fsubmission-1")):
        answer = browser.client.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(f"/sign-in?next={after}")
    browser.sign_in("steward")
    assert "submission-1" in browser.get("/submissions")
    assert browser.client.get("/submissions/another").status_code == 404


def test_a_key_that_does_not_reach_writes_is_told_so(browser: Browser, of: World) -> None:
    of.keys.known[KEYS["steward"]] = replace(of.keys.known[KEYS["steward"]], reach=("datasets",))
    browser.sign_in("steward")
    assert browser.client.get("/submissions").status_code == 403
    assert browser.client.get(PAGE).status_code == 403


def test_open_writes_come_first_and_older_ones_on_the_next_page(
    browser: Browser, of: World, application: FastAPI
) -> None:
    for _ in range(3):
        Desk(application, of).done(f"/v1/recalls/{RECALL}/acknowledge")
    for done in ("submission-2", "submission-4"):
        of.outbox.settle(done, State.FINAL, block=HEAD, status=1, outcome={"events": []})
    browser.sign_in()
    named = re.compile(r'href="/submissions/(submission-\d)"')
    page = browser.get("/submissions?limit=3")
    assert named.findall(page) == ["submission-3", "submission-4", "submission-2"]
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert named.findall(browser.get(f"/submissions{unescape(older)}")) == ["submission-1"]


@pytest.mark.parametrize(("language", "block"), [("en", "2,000"), ("fr", "2\u202f000")])
def test_blocks_are_written_as_the_language_does(browser: Browser, of: World, language: str, block: str) -> None:
    settle(of, State.FINAL, block=2_000, status=1, outcome={"events": []})
    browser.sign_in()
    for path in ("/submissions", PAGE):
        assert f">{block}<" in browser.get(path, **{"Accept-Language": language})


def test_a_refusal_says_why_and_what_to_do(browser: Browser, of: World) -> None:
    texts = CATALOGUES["en"]
    browser.sign_in()
    meant = {"error": "ModelRegistryRecallLifted", "args": {}, "meaning": "the recall is <lifted> already"}
    settle(of, State.FAILED, block=HEAD, status=0, outcome=meant)
    page = browser.get(PAGE)
    assert "the recall is &lt;lifted&gt; already" in page
    assert texts["submissions.look_anew"] in page
    settle(
        of, State.FAILED, outcome={"error": "ConsentTokenRefused", "reason": "EXPIRED", "meaning": "x", "position": 4}
    )
    page = browser.get(PAGE)
    assert texts["submissions.ask_grantor"] in page
    assert texts["submissions.position"].format(number=5) in page


@pytest.mark.parametrize("reason", ["operator", "foreign_transaction"])
def test_a_pause_is_said_while_a_write_waits(browser: Browser, of: World, reason: str) -> None:
    of.desk.pause(reason)
    browser.sign_in()
    paused = CATALOGUES["en"][f"writing.paused_{reason}"].replace("'", "&#39;")
    assert paused in browser.get(PAGE)
    settle(of, State.FINAL, outcome={"events": []})
    assert paused not in browser.get(PAGE)


def onward(page: str) -> str:
    found = re.search(r'<a class="button[^"]*" href="([^"]+)">Go on</a>', page)
    assert found is not None
    return found[1]


def test_it_leads_on_within_this_node_only(browser: Browser) -> None:
    browser.sign_in()
    assert onward(browser.get(PAGE)) == f"/recalls/{RECALL}"
    assert onward(browser.get(f"{PAGE}?next=/runs")) == "/runs"
    for elsewhere in ("//evil.example", "https://evil.example", "/%5Cevil.example", "javascript:alert(1)"):
        assert onward(browser.get(f"{PAGE}?next={elsewhere}")) == "/"


def act(browser: Browser, name: str, **more: str) -> int:
    form = {"form": browser.form, "next": "/runs", "act": name, **more}
    browser.answer = browser.client.post(PAGE, data=form, headers=OURS)
    return browser.answer.status_code


def test_operators_take_writes_back(browser: Browser, of: World) -> None:
    browser.sign_in("operator")
    assert 'name="act" value="cancel"' in browser.get(PAGE)
    assert 'name="act" value="resend"' not in browser.get(PAGE)
    assert act(browser, "cancel") == 303
    assert browser.answer.headers["Location"] == f"{PAGE}?next=%2Fruns"
    assert of.outbox.rows["submission-1"].outcome == CANCELLED
    assert "<form" not in browser.get(PAGE).partition("<main")[2]


def test_operators_send_writes_again_or_are_told_why_not(browser: Browser, of: World) -> None:
    browser.sign_in("operator")
    assert act(browser, "resend") == 409  # it is only queued
    assert "not in a state for this" in browser.answer.text
    assert onward(browser.answer.text) == "/runs"
    settle(of, State.SENT)
    assert 'name="act" value="resend"' in browser.get(PAGE)
    assert act(browser, "resend") == 303


def test_others_are_offered_neither_and_may_not(browser: Browser, of: World) -> None:
    settle(of, State.SENT)
    for role in ("steward", "publisher", "auditor"):
        browser.sign_in(role)
        assert "<form" not in browser.get(PAGE).partition("<main")[2]
        for one in ACTING:
            assert act(browser, one) == 403
    assert act(browser, "cancel", form="0" * 64) == 403
    assert act(browser, "finish") == 400
    assert of.outbox.rows["submission-1"].state is State.SENT


def test_a_batch_has_no_page_of_its_own(browser: Browser, of: World) -> None:
    row = replace(of.outbox.rows["submission-1"], kind="consent.suspend", subject=None)
    many = Write(replace(row, outcome={"events": [], "consent": digest("a"), "items": [{}, {}]}))
    assert (many.page, many.items) == (None, 2)
    one = Write(replace(row, outcome={"events": [], "consent": digest("a"), "items": [{}]}))
    assert one.page == f"/consents/{digest('a')}"
    version = replace(row, kind="version.publish", subject=digest("b"))
    assert Write(replace(version, contract="datasets")).page == f"/datasets/{digest('b')}"
    assert Write(replace(version, contract="models")).page == f"/versions/{digest('b')}"
