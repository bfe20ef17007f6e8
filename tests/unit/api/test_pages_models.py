"""The pages of models: what a card says, the forms that register and publish, and what they make of the API's no."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI

from ledger_node.proof.hashing import sha256, to_hex
from ledger_node.proof.strict_json import dump_canonical
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.rates import Rates

from .fakes import World, digest
from .story import world, world_of_all
from .test_explorer import Outline
from .test_sign_in import FORM, OURS, Browser

CARD: dict[str, Any] = {
    "format": "medledger-model-card/1",
    "title": "Lesion <classifier>",
    "intendedUse": "Breast ultrasound\nin adults",
    "limitations": "No children",
    "changePlan": {"permits": ["More data"], "bounds": "AUC over 0.9"},
    "change": {"kind": "FIRST", "summary": "All of it"},
    "metrics": [
        {
            "name": "AUC",
            "value": 0.93,
            "interval": {"low": 0.9, "high": 0.95, "level": 0.95, "method": "bootstrap"},
            "data": [{"dataset": digest("dataset 0"), "version": 1, "split": "held out"}],
            "by": "Klinik",
            "subgroups": [{"by": "age", "group": "over 60", "value": 0.91}],
        },
        {"name": "Recall", "value": 0.8, "data": [{"dataset": digest("dataset 0"), "version": 1}], "by": "Klinik"},
    ],
}


def put_card(of: World, card: dict[str, Any] = CARD) -> str:
    content = dump_canonical(card)
    of.blobs.put(content)
    return to_hex(sha256(content))


def with_card(of: World, card: dict[str, Any] = CARD) -> str:
    """The first model, with a card at hand."""
    model = of.index.facts.models[0]
    object.__setattr__(model, "card_digest", put_card(of, card))
    return model.id


def browser_of(application: FastAPI, of: World, role: str | None = None) -> Browser:
    application.state.node, application.state.tries, application.state.rates = of.node, Rates(), Rates()
    found = Browser(application)
    if role is not None:
        assert found.sign_in(role) == 303
    return found


def post(browser: Browser, path: str, **fields: str) -> Any:
    """A form of this session, as the page sends it."""
    form = FORM.search(browser.get("/"))
    assert form is not None
    data = {"form": form[1], "once": "once-1", **{name.replace("__", "."): text for name, text in fields.items()}}
    return browser.client.post(path, data=data, headers=OURS)


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize(
    "path", ["/models", "/models/new", "/models/{model}", "/models/{model}/publish", "/models/{model}/import"]
)
@pytest.mark.parametrize("role", [None, "publisher"])
def test_pages_are_well_formed(application: FastAPI, path: str, role: str | None, language: str) -> None:
    of = world(organisation=3)
    page = browser_of(application, of, role).get(path.format(model=with_card(of)), **{"Accept-Language": language})
    found = Outline(page)
    assert found.of("main")[0]["lang"] == language
    assert len(found.of("h1")) == 1
    ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert {a["for"] for a in found.of("label")} <= set(ids)
    described = [a["aria-describedby"] for _, a in found.seen if a.get("aria-describedby")]
    assert {one for text in described for one in (text or "").split()} <= set(ids)


def test_a_list_shows_titles_and_goes_on(application: FastAPI) -> None:
    of = world_of_all()
    with_card(of)
    model = of.index.facts.models[0]
    for n in range(1, 4):
        of.index.facts.models.append(
            type(model)(digest(f"more {n}"), 3, n + 1, digest("none"), model.at.__class__(900 + n, 0))
        )
    browser = browser_of(application, of)
    first = browser.get("/models?limit=2&publisher=")
    assert first.index(digest("more 3")) < first.index(digest("more 2"))
    assert digest("more 1") not in first
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = browser.get(f"/models{onward[1].replace('&amp;', '&')}")
    assert digest("more 1") in second
    assert "Lesion &lt;classifier&gt;" in second
    assert 'rel="next"' not in second
    assert CATALOGUES["en"]["models.none"] in browser.get("/models?publisher=1")


def test_a_list_finds_words_of_cards(application: FastAPI) -> None:
    of = world_of_all()
    card = of.index.facts.models[0].card_digest
    of.index.facts.words[card] = {"ultrasound"}
    browser = browser_of(application, of)
    assert f"/models/{of.index.facts.models[0].id}" in browser.get("/models?text=ultra*")
    assert f"/models/{of.index.facts.models[0].id}" not in browser.get("/models?text=ct")
    assert browser.client.get("/models?text=**").status_code == 400


def test_a_card_is_shown_in_words(application: FastAPI) -> None:
    of = world()
    page = browser_of(application, of).get(f"/models/{with_card(of)}")
    for text in ("Lesion &lt;classifier&gt;", "No children", "More data", "AUC over 0.9", "0.9–0.95", "over 60: 0.91"):
        assert text in page
    assert "<classifier>" not in page
    assert f"/versions/{of.index.facts.model_versions[0].id}" in page
    assert f"node.models.get(&#34;{of.index.facts.models[0].id}" in page


def test_a_card_that_is_not_at_hand_is_said(application: FastAPI) -> None:
    of = world()
    page = browser_of(application, of).get(f"/models/{of.index.facts.models[0].id}")
    assert CATALOGUES["en"]["card.unread"] in page
    assert "this node does not have the document" in page


def test_forms_are_for_publishers(application: FastAPI) -> None:
    of = world(organisation=3)
    model = with_card(of)
    for path in ("/models/new", f"/models/{model}/publish", f"/models/{model}/import"):
        for role, shown in (
            (None, False),
            ("steward", False),
            ("auditor", False),
            ("publisher", True),
            ("operator", True),
        ):
            page = browser_of(application, of, role).get(path)
            assert (f'<form class="form" method="post" action="{path}">' in page) is shown
            assert (CATALOGUES["en"]["page.only_for"] in page) is not shown


def test_only_its_publisher_is_offered_versions_to_add(application: FastAPI) -> None:
    """A hospital's publisher sees who may."""
    for organisation, is_ours in ((3, True), (1, False)):
        of = world_of_all(organisation)
        model = with_card(of)
        browser = browser_of(application, of, "publisher")
        ways = [f"/models/{model}/{way}" for way in ("publish", "import")]
        shown = browser.get(f"/models/{model}")
        said = CATALOGUES["en"]["models.not_ours"].format(publisher=of.index.facts.organisations[2].name)
        for way in ways:
            page = browser.get(way)
            assert (f'href="{way}"' in shown) is is_ours
            assert ('<form class="form"' in page) is is_ours
            assert (said in unescape(page)) is not is_ours


def test_what_is_folded_opens_for_what_is_typed_or_wrong_in_it(application: FastAPI) -> None:
    of = world_of_all(3)
    browser = browser_of(application, of, "publisher")
    folded = "<details open>"
    assert folded not in browser.get("/models/new")
    assert folded not in post(browser, "/models/new", card__title="").text
    assert folded in post(browser, "/models/new", card="[]").text
    assert folded in post(browser, "/requests/new", card="{").text
    asked = f"/requests/{of.index.facts.requests[0].id}"
    assert folded not in browser.get(asked)
    assert folded in post(browser, asked, act="messages", text="See", visas="no-visa").text


def test_a_model_is_registered_with_the_card_of_the_form(application: FastAPI) -> None:
    of = world(organisation=3)
    browser = browser_of(application, of, "publisher")
    fields = {"card__title": "Name", "card__intendedUse": "Use", "card__changePlan__permits": "One\r\n\r\nTwo"}
    answer = post(browser, "/models/new", **fields)
    assert answer.status_code == 303
    command = of.outbox.commands["submission-1"]
    assert answer.headers["Location"] == f"/submissions/submission-1?next=%2Fmodels%2F{command.subject}"
    assert json.loads(of.node.documents.get(str(command.args[1]))) == {
        "format": "medledger-model-card/1",
        "title": "Name",
        "intendedUse": "Use",
        "changePlan": {"permits": ["One", "Two"]},
    }
    assert post(browser, "/models/new", **fields).status_code == 303  # sent twice, made once
    assert len(of.outbox.commands) == 1


def test_a_card_is_pasted_whole(application: FastAPI) -> None:
    of = world(organisation=3)
    browser = browser_of(application, of, "publisher")
    assert post(browser, "/models/new", card=json.dumps(CARD), card__title="Not this").status_code == 303
    assert json.loads(of.node.documents.get(str(of.outbox.commands["submission-1"].args[1]))) == CARD


@pytest.mark.parametrize(
    ("fields", "status", "wrong"),
    [
        ({"card__title": "", "card__intendedUse": 'Use "><script>'}, 400, "card.title"),
        ({"card": "{"}, 400, "card"),
        ({"card": "[]"}, 400, "card"),
        ({"card": '{"format": "medledger-run-card/1"}'}, 400, None),
    ],
)
def test_what_is_refused_is_shown_beside_its_field(
    application: FastAPI, fields: dict[str, str], status: int, wrong: str | None
) -> None:
    of = world(organisation=3)
    answer = post(browser_of(application, of, "publisher"), "/models/new", **fields)
    assert answer.status_code == status
    found = Outline(answer.text)
    assert "<script>" not in answer.text
    assert any(a.get("role") == "alert" for _, a in found.seen)
    marked = [a["name"] for _, a in found.seen if a.get("aria-invalid")]
    assert marked == ([] if wrong is None else [wrong])
    for text in fields.values():
        assert (
            text in answer.text or text.replace('"', "&#34;").replace(">", "&gt;").replace("<", "&lt;") in answer.text
        )
    assert not of.outbox.commands


def test_a_role_that_may_not_is_refused_by_the_api(application: FastAPI) -> None:
    of = world(organisation=3)
    browser = browser_of(application, of, "steward")
    assert post(browser, "/models/new", card__title="Name", card__intendedUse="Use").status_code == 403
    assert not of.outbox.commands


def test_a_version_is_published_from_a_run_and_imported(application: FastAPI) -> None:
    of = world(1, organisation=2)
    model, run = with_card(of), of.index.facts.runs[0].id
    browser = browser_of(application, of, "publisher")
    page = browser.get(f"/models/{model}/publish")
    assert f'<option value="{run}">' in page
    assert 'value="Lesion &lt;classifier&gt;"' in page
    first = of.index.facts.model_versions[0].id
    fields = {"artifactDigest": digest("files"), "card__title": "T", "card__intendedUse": "U", "parents": f"{first}\n"}
    changed = {"card__change__kind": "WITHIN_PLAN", "card__change__summary": "More"}
    answer = post(browser, f"/models/{model}/publish", run=run, **fields, **changed)
    assert answer.status_code == 303
    command = of.outbox.commands["submission-1"]
    assert (command.kind, command.args[1][:3], command.args[2]) == (
        "version.publish",
        (model, run, digest("files")),
        [first],
    )
    assert json.loads(of.node.documents.get(command.args[1][3]))["change"] == {"kind": "WITHIN_PLAN", "summary": "More"}
    answer = post(browser, f"/models/{model}/import", **fields, once="once-2")
    assert answer.status_code == 303
    assert of.outbox.commands["submission-2"].kind == "version.import"


def test_without_a_run_that_is_ready_it_says_what_to_do(application: FastAPI) -> None:
    of = world(organisation=3)
    of.index.facts.runs.clear()
    of.index.facts.model_versions.clear()
    page = browser_of(application, of, "publisher").get(f"/models/{of.index.facts.models[0].id}/publish")
    assert CATALOGUES["en"]["models.no_run_ready"] in page
