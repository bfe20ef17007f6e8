"""What waits for who is signed in, in their language; and that nothing of it is for others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from enum import EnumMeta
from importlib.resources import files
from pathlib import Path

import pytest
from fastapi import FastAPI
from jinja2 import Environment
from jinja2.lexer import TOKEN_DATA
from starlette.testclient import TestClient

import registry_api.explorer
from ledger_node.domain import codes
from ledger_node.domain.codes import Capability
from registry_api.explorer.languages import CATALOGUES, NAMES, Texts
from registry_api.rates import Rates

from .acting import Desk
from .fakes import KEYS, NOW, World, digest, make_world
from .story import DAY, HEAD, Teller, tell_all, world, world_of_all
from .test_explorer import Outline
from .test_sign_in import OURS, TLS

Reader = Callable[..., str]
TEMPLATES = sorted(
    one.name for one in files("registry_api.explorer").joinpath("templates").iterdir() if one.name.endswith(".html")
)
#: Texts that the languages share.
SHARED = {
    *("Canada", "France", "Liechtenstein", "Luxembourg", "Portugal"),
    *(
        "Consortium",
        "Description",
        "Documents",
        "Organisation",
        "Page",
        "Question",
        "Transaction",
        "Version",
        "Versions",
    ),
    *("active", "document", "organisation", "version {number}"),
}
#: Words that are the same in all of them, and commands.
SAME = {"ε", "MedLedger", "medledger", "api", "key", "make", "v", "openapi", "json", "UTC"}


@pytest.fixture
def read(application: FastAPI) -> Reader:
    """`read(world, "steward")`: the overview as that role sees it."""

    def page(of: World, role: str | None = None, path: str = "/", **headers: str) -> str:
        application.state.node, application.state.tries = of.node, Rates()
        client = TestClient(application, base_url=TLS)
        if role is not None:
            client.post("/sign-in", data={"key": KEYS.get(role, role)}, headers=OURS, follow_redirects=False)
        return str(client.get(path, headers={"Accept": "text/html", **headers}).text)

    return page


def waiting(page: str) -> str:
    """The part of the page that says what waits."""
    found = re.search(r'<section aria-labelledby="waiting".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def kinds(page: str) -> list[str]:
    """The kinds of what waits, as the page heads them."""
    return re.findall(r"<h3>(.+?)</h3>", waiting(page))


def test_each_role_sees_what_it_may_act_on(read: Reader) -> None:
    of = world_of_all()
    texts = CATALOGUES["en"]
    waiting = {role: kinds(read(of, role)) for role in KEYS}
    assert waiting["steward"] == [texts["desk.recalls"], texts["desk.requests"]]
    assert waiting["publisher"] == waiting["auditor"] == [texts["desk.recalls"]]
    assert waiting["operator"] == [texts["desk.recalls"], texts["desk.requests"], texts["desk.proposals"]]
    assert kinds(read(of)) == []


def test_a_key_that_reaches_less_sees_less(read: Reader) -> None:
    of = world_of_all()
    of.keys.known[KEYS["operator"]] = replace(of.keys.known[KEYS["operator"]], reach=("proposals", "requests:read"))
    assert kinds(read(of, "operator")) == [CATALOGUES["en"]["desk.proposals"]]


def test_only_what_is_for_this_organisation_waits(read: Reader) -> None:
    request_of = {1: digest("request 1"), 2: digest("request 0")}
    for organisation, request in request_of.items():
        page = waiting(read(world_of_all(organisation), "operator"))
        assert f'href="/requests/{request}"' in page
        assert f'href="/requests/{request_of[3 - organisation]}"' not in page
        # The second hospital has read the recall.
        assert (f"/recalls/{digest('recall 0')}" in page) == (organisation == 1)


def test_a_vote_that_was_cast_waits_no_more(read: Reader) -> None:
    waits = 'href="/proposals/1"'
    assert waits not in read(world(), "operator")  # the first hospital has voted
    assert waits in waiting(read(world(organisation=3), "operator"))


def test_consents_that_end_soon_wait_for_their_grantor(read: Reader) -> None:
    teller = Teller()
    hospital, other = (teller.organisation(name, Capability.CUSTODIAN) for name in ("Klinik", "Spital"))
    publisher = teller.organisation("Verlag", Capability.PUBLISHER)
    dataset, theirs = teller.dataset(hospital), teller.dataset(other)
    days = {0: False, 1: True, 30: True, 31: False}
    for end in days:
        teller.permit(teller.consent(hospital, publisher, dataset), expires_at=NOW + end * DAY)
    teller.permit(teller.consent(other, publisher, theirs), expires_at=NOW + DAY)
    page = waiting(read(make_world(teller.facts, organisation=hospital, head=HEAD), "steward"))
    shown = [f"/consents/{digest(f'consent {n}')}" in page for n in range(5)]
    assert shown == [*days.values(), False]


def test_what_ends_first_is_shown_first_to_both_sides(read: Reader) -> None:
    teller = Teller()
    hospital = teller.organisation("Klinik", Capability.CUSTODIAN)
    publisher = teller.organisation("Verlag", Capability.PUBLISHER)
    dataset = teller.dataset(hospital)
    for end in range(25, 5, -1):
        teller.permit(teller.consent(hospital, publisher, dataset), expires_at=NOW + end * DAY)
    soonest = [f"/consents/{digest(f'consent {n}')}" for n in range(19, 9, -1)]
    for organisation, role, kind in ((hospital, "steward", "ending"), (publisher, "publisher", "lapsing")):
        page = waiting(read(make_world(teller.facts, organisation=organisation, head=HEAD), role))
        assert re.findall('class="main" href="(.+?)"', page) == soonest
        assert kinds(page) == [CATALOGUES["en"][f"desk.{kind}"]]
        assert f'<a href="/consents">{CATALOGUES["en"]["desk.more"]}</a>' in page


def test_proposal_that_passed_waits_until_it_is_carried_out(read: Reader) -> None:
    of = world(organisation=3)
    of.index.facts.proposals[0] = replace(of.index.facts.proposals[0], votes={1: True, 2: True, 3: True})
    assert kinds(read(of, "operator")) == [CATALOGUES["en"]["desk.passed"]]
    of.index.facts.proposals[0] = replace(of.index.facts.proposals[0], executed=True)
    assert kinds(read(of, "operator")) == []


def test_open_writes_wait_until_they_are_settled(application: FastAPI, read: Reader) -> None:
    of = world_of_all()
    Desk(application, of, "operator").done(f"/v1/recalls/{digest('recall 0')}/acknowledge")
    assert 'href="/submissions/submission-1">Acknowledge a recall</a>' in waiting(read(of, "auditor"))
    assert "submission-1" not in read(of)
    assert "submission-1" not in read(world_of_all(2), "auditor")
    of.outbox.mines_at = HEAD
    row = of.outbox.rows["submission-1"]
    of.outbox.settle(row.id, type(row.state).FINAL, block=HEAD, status=1, outcome={"events": []})
    assert "submission-1" not in read(of, "auditor")


def test_long_lists_are_cut_and_say_so(read: Reader) -> None:
    facts = tell_all()
    version = facts.model_versions[0].id
    facts.recalls += [
        replace(facts.recalls[0], id=digest(f"more {n}"), version=version, acknowledgements=()) for n in range(12)
    ]
    page = waiting(read(make_world(facts, organisation=1, head=HEAD), "auditor"))
    assert page.count('href="/recalls/') == 10
    assert CATALOGUES["en"]["desk.more"] in page


@pytest.mark.parametrize("language", NAMES)
def test_pages_in_every_language_are_whole(read: Reader, language: str) -> None:
    of = world_of_all()
    for role, path in (("operator", "/"), (None, "/"), (None, "/sign-in"), ("steward", "/nowhere")):
        page = read(of, role, path, **{"Accept-Language": language})
        found = Outline(page)
        assert found.of("html")[0]["lang"] == language
        assert len(found.of("h1")) == 1
        ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
        assert len(set(ids)) == len(ids)
        assert not {tag for tag, _ in found.seen} & {"style", "iframe", "object"}
        assert all((one["src"] or "").startswith("/static/") for one in found.of("script"))
        for _, attributes in found.seen:
            assert not any(name == "style" or name.startswith("on") for name in attributes)
            for name in ("src", "href", "action"):
                assert re.match(r"([/?#](?!/)|$)", attributes.get(name) or "")
        assert {a["for"] for a in found.of("label")} <= set(ids)


def test_a_reader_gets_their_language_and_may_change_it(application: FastAPI) -> None:
    application.state.node = world().node
    client = TestClient(application, base_url=TLS)
    connect, sign_in = (CATALOGUES[tag]["page.sign_in"] for tag in ("fr", "en"))

    def shows(text: str, accept: str = "", query: str = "") -> bool:
        return f">{text}</a>" in client.get(f"/{query}", headers={"Accept-Language": accept}).text

    for accept in ("fr", "fr-CA, en;q=0.8", "de, fr;q=0.5, en;q=0.4", "en;q=0.1, FR;q=0.2"):
        assert shows(connect, accept)
    for accept in ("", "de", "en-GB", "fr;q=0", "fr;q=x", ";;,,=", "en, fr"):
        assert shows(sign_in, accept)
    assert shows(sign_in, "fr", "?lang=en")
    assert shows(sign_in, "fr")  # remembered
    assert shows(sign_in, "fr", "?lang=xx")
    assert shows(connect, "en", "?lang=fr&asOf=1000")
    cookie = client.get("/?lang=fr").headers["set-cookie"]
    assert cookie.startswith("lang=fr; HttpOnly")
    assert "?lang=en&amp;next=" not in client.get("/").text
    assert 'href="?next=%2F%3FasOf%3D1&amp;lang=en"' in client.get("/sign-in?next=/%3FasOf%3D1").text


def test_catalogues_have_the_same_texts() -> None:
    english = CATALOGUES["en"]
    for texts in CATALOGUES.values():
        assert texts.keys() == english.keys()
        for key, text in texts.items():
            assert text.strip()
            assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key]))
    assert {text for key, text in english.items() if CATALOGUES["fr"][key] == text} == SHARED


@pytest.mark.parametrize("language", NAMES)
def test_every_code_has_words(language: str) -> None:
    lists = [one for one in vars(codes).values() if isinstance(one, EnumMeta) and one.__module__ == codes.__name__]
    names = {f"codes.{one.__name__}.{name}" for one in lists for name in one.__members__}
    assert {key for key in CATALOGUES[language] if key.startswith("codes.")} == names
    assert Texts(language).code("Operation", "FINE_TUNE") == CATALOGUES[language]["codes.Operation.FINE_TUNE"]
    with pytest.raises(KeyError):
        Texts(language).code("Operation", "nonsense")


def test_numbers_are_written_as_the_language_does(monkeypatch: pytest.MonkeyPatch) -> None:
    english, french = Texts("en"), Texts("fr")
    assert (english.number(12_345), french.number(12_345)) == ("12,345", "12\u202f345")
    for tag in NAMES:
        monkeypatch.setitem(CATALOGUES[tag], "page.runs_one", "{number} run")
        monkeypatch.setitem(CATALOGUES[tag], "page.runs_many", "{number} runs")
    assert [english.count("page.runs", n) for n in (0, 1, 2)] == ["0 runs", "1 run", "2 runs"]
    assert [french.count("page.runs", n) for n in (0, 1, 2)] == ["0 run", "1 run", "2 runs"]


def test_no_line_of_french_breaks_before_its_marks() -> None:
    for text in CATALOGUES["fr"].values():
        assert not re.search(r" [:;!?»]|« ", text), text


def test_templates_say_nothing_that_is_not_in_a_catalogue() -> None:
    for name in TEMPLATES:
        source = files("registry_api.explorer").joinpath("templates", name).read_text("utf-8")
        data = "".join(text for _, kind, text in Environment().lex(source) if kind == TOKEN_DATA)
        prose = re.sub(r"<[^>]*>", " ", data)
        assert set(re.findall(r"[^\W\d_]+", prose)) <= SAME, name
        assert not re.findall(r'(?:title|alt|aria-label|placeholder|data-head)="([^"]+)"', data), name


def test_every_text_is_used_and_every_used_one_is_there() -> None:
    """A key is written whole where it is used, or its beginning where the rest is a value: `"desk." ~ kind`, `+` in
    Python."""
    folder = Path(registry_api.explorer.__path__[0])
    sources = "".join(file.read_text("utf-8") for file in folder.rglob("*") if file.suffix in (".py", ".html"))
    used = set(re.findall(r'\b(?:t|self)\(\s*"(\w+\.\w+)"(?! [~+])', sources))
    counted = re.findall(r'\bt\.count\("(\w+\.\w+)"', sources)
    used |= {f"{key}_{form}" for key in counted for form in ("one", "many")}
    open_ = set(re.findall(r'"(\w+\.\w*)" [~+]', sources)) | {"codes."}
    known = CATALOGUES["en"].keys()
    assert used <= known
    assert {key for key in known - used if not key.startswith(tuple(open_))} == set()


def test_names_cannot_become_markup(read: Reader) -> None:
    of = world_of_all()
    evil = '"><script>alert(1)</script>{{ 7 * 7 }}{key}'
    for one in of.index.facts.organisations:
        object.__setattr__(one, "name", evil)
    known = of.keys.known[KEYS["operator"]]
    of.keys.known[KEYS["operator"]] = replace(known, label=evil)
    page = read(of, "operator")
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}{key}") > 3
    Outline(page)
    for path in ('/sign-in?next="><script>', '/?lang="><script>', '/?"><script>=1', '/nowhere/"><script>'):
        assert "<script>" not in read(of, "operator", path)


def test_catalogue_files_hold_each_key_once() -> None:
    for tag in NAMES:
        for file in files("registry_api.explorer.languages").joinpath(tag).iterdir():
            pairs = json.loads(file.read_text("utf-8"), object_pairs_hook=list)
            assert len(dict(pairs)) == len(pairs)
