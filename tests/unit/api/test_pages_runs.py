"""The pages of runs: inputs with their consents, who answered which round, what was made; and the picture of it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI

from ledger_node.domain.codes import Outcome, Reason, Refusal
from registry_api.explorer.languages import CATALOGUES, NAMES

from .fakes import NOW, World
from .story import world
from .test_explorer import Outline
from .test_pages_models import browser_of, put_card

TEXTS = CATALOGUES["en"]


@pytest.fixture
def of() -> World:
    """Three hospitals: in the first round the second one refused, the third contributed under a consent that had
    lapsed; in the last round nobody but the first has answered."""
    of = world(3)
    run = of.index.facts.runs[0]
    first, *others, last = run.rounds
    one, two, three = first.answers
    two = replace(two, refusal=Refusal.PRIVACY_RISK, update_digest=None)
    three = replace(three, consent_state=Reason.EXPIRED)
    rounds = (replace(first, answers=(one, two, three)), *others, replace(last, answers=last.answers[:1]))
    of.index.facts.runs[0] = replace(run, rounds=rounds)
    return of


def path_of(of: World) -> str:
    return f"/runs/{of.index.facts.runs[0].id}"


@pytest.mark.parametrize("language", NAMES)
def test_pages_are_well_formed(application: FastAPI, of: World, language: str) -> None:
    browser = browser_of(application, of)
    for path in ("/runs", path_of(of)):
        found = Outline(browser.get(path, **{"Accept-Language": language}))
        assert found.of("main")[0]["lang"] == language
        assert len(found.of("h1")) == 1
        ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
        assert len(set(ids)) == len(ids)
        assert len(found.of("caption")) == len(found.of("table"))


def test_runs_are_listed_by_publisher_and_outcome(application: FastAPI, of: World) -> None:
    run = of.index.facts.runs[0]
    of.index.facts.runs.append(replace(run, id="0x" + "ab" * 32, outcome=Outcome.OPEN, at=type(run.at)(900, 0)))
    browser = browser_of(application, of)
    every = browser.get("/runs?outcome=&publisher=")
    assert every.index("0x" + "ab" * 32) < every.index(run.id)
    assert run.id not in browser.get("/runs?outcome=OPEN")
    assert run.id in browser.get("/runs?publisher=4&outcome=COMPLETED")
    assert TEXTS["runs.none"] in browser.get("/runs?publisher=1")
    assert "medledger run open" in every
    assert browser.client.get("/runs?outcome=NONE").status_code == 400


def test_a_run_shows_who_answered_and_who_did_not(application: FastAPI, of: World) -> None:
    run = of.index.facts.runs[0]
    page = browser_of(application, of).get(path_of(of))
    assert page.count(f": {TEXTS['runs.silent']}</li>") == 2
    assert f"{TEXTS['codes.Refusal.PRIVACY_RISK']}" in page
    assert f"{TEXTS['runs.lapsed']} ({TEXTS['codes.Reason.EXPIRED']})" in page
    for one in run.inputs:
        assert f"/datasets/{one.dataset}/versions/1" in page
        assert f"/consents/{one.consent}" in page
    assert page.count(f'pill revoked">{TEXTS["codes.ConsentState.REVOKED"]}') == 1
    assert f"/versions/{of.index.facts.model_versions[0].id}" in page
    assert run.result_digest in page
    assert f'src="{path_of(of)}/timeline.svg?asOf=' in page


def test_a_run_without_rounds_or_versions_says_so(application: FastAPI, of: World) -> None:
    of.index.facts.runs[0] = replace(of.index.facts.runs[0], rounds=())
    of.index.facts.model_versions.clear()
    page = browser_of(application, of).get(path_of(of))
    assert TEXTS["runs.no_round"] in page
    assert TEXTS["runs.nothing_made"] in page
    assert "timeline.svg" not in page


def test_what_the_card_says_is_shown_and_cannot_become_markup(application: FastAPI, of: World) -> None:
    card = {"format": "medledger-run-card/1", "method": "Averaging </code><script>"}
    of.index.facts.runs[0] = replace(of.index.facts.runs[0], card_digest=put_card(of, card))
    object.__setattr__(of.index.facts.organisations[0], "name", '"><script>alert(1)</script>')
    browser = browser_of(application, of)
    page = browser.get(path_of(of))
    assert "Averaging &lt;/code&gt;" in page
    assert "<script>" not in page + browser.get("/runs")
    Outline(page)
    ElementTree.fromstring(browser.get(f"{path_of(of)}/timeline.svg"))


@pytest.mark.parametrize("language", NAMES)
def test_the_picture_has_a_sign_for_each_answer_in_words_too(application: FastAPI, of: World, language: str) -> None:
    texts = CATALOGUES[language]
    browser = browser_of(application, of)
    answer = browser.client.get(f"{path_of(of)}/timeline.svg", headers={"Accept-Language": language})
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]
    titles = [one.text or "" for one in ElementTree.fromstring(answer.text).iter("{http://www.w3.org/2000/svg}title")]
    ends = {
        key: sum(one.endswith(f": {texts[f'runs.{key}']}") for one in titles)
        for key in ("contributed", "lapsed", "refused", "silent")
    }
    assert ends == {"contributed": 5, "lapsed": 1, "refused": 1, "silent": 2}


def test_what_is_not_there_is_a_page(application: FastAPI, of: World) -> None:
    browser = browser_of(application, of)
    assert browser.client.get("/runs/0x" + "00" * 32).status_code == 404
    assert browser.client.get("/runs/nonsense").status_code == 400
    assert browser.client.get(f"{path_of(of)}?asOf=1").status_code == 404


def test_a_consent_whose_term_has_ended_is_nowhere_active(application: FastAPI, of: World) -> None:
    facts = of.index.facts
    facts.consents[0] = ended = replace(facts.consents[0], terms=replace(facts.consents[0].terms, expires_at=NOW))
    facts.consents[1] = replace(facts.consents[1], log=())  # it is revoked else
    browser, version = browser_of(application, of), f"/versions/{facts.model_versions[0].id}"
    pill = f'<span class="pill ended">{TEXTS["consents.ended"]}</span>'
    for path in (path_of(of), version, "/consents", f"/consents/{ended.id}", "/"):
        assert browser.get(path).count(pill) == 1, path
    assert f'<li class="ended">1 {TEXTS["consents.ended"]}</li>' in browser.get(version)
    # That it has ended is no trouble of what was made under it.
    impact = browser.get(f"/consents/{ended.id}/impact")
    assert f"<div>{TEXTS['consents.ended']}</div>" in impact
    assert TEXTS["lineage.none_troubled"] in impact
