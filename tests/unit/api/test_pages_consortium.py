"""The pages of the consortium: members, keys, votes, what was signed of the chain."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node.domain.codes import EmergencyReason, OrganisationStatus
from ledger_node.domain.organisation import Emergency, Generation
from ledger_node.domain.position import Position
from ledger_node.ports import Vouched
from ledger_node.proof.hashing import to_hex
from registry_api.explorer.languages import CATALOGUES, NAMES, Texts
from registry_api.rates import Rates
from tests.unit.proof.signing import ONE, TWO, signed_by

from .fakes import KEYS, NOW, World
from .story import DAY, HEAD, operator, world, world_of_all
from .test_explorer import Outline
from .test_sign_in import OURS, TLS

Reader = Callable[..., str]
EVIL = '"><script>alert(1)</script>{{ 7 * 7 }}{name}'


@pytest.fixture
def read(application: FastAPI) -> Reader:
    """`read(world, path, "steward")`: a page as that role sees it, in text that is not escaped."""

    def page(of: World, path: str, role: str | None = None, language: str = "en") -> str:
        application.state.node, application.state.tries = of.node, Rates()
        client = TestClient(application, base_url=TLS)
        if role is not None:
            client.post("/sign-in", data={"key": KEYS[role]}, headers=OURS, follow_redirects=False)
        text = str(client.get(path, headers={"Accept": "text/html", "Accept-Language": language}).text)
        well_formed(text, language)
        return text

    return page


def well_formed(page: str, language: str) -> None:
    found = Outline(page)
    assert found.of("html")[0]["lang"] == found.of("main")[0]["lang"] == language
    assert len(found.of("h1")) == 1
    ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert len(found.of("caption")) == len(found.of("table"))
    assert {a["for"] for a in found.of("label") if "for" in a} <= set(ids)
    assert not {tag for tag, _ in found.seen} & {"style", "iframe", "object"}
    assert all((one["src"] or "").startswith("/static/") for one in found.of("script"))


def row_of(page: str, text: str) -> str:
    """The words of the table row that holds a text."""
    rows = re.findall(r"<tr role=\"row\">(.*?)</tr>", page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", next(one for one in rows if text in one))).split())


def changed(of: World, number: int, **fields: object) -> None:
    facts = of.index.facts.organisations
    facts[number - 1] = replace(facts[number - 1], **fields)  # type: ignore[arg-type]


def key_changed(of: World, place: int, **fields: object) -> None:
    facts = of.index.facts.keys
    facts[place] = replace(facts[place], **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", NAMES)
def test_the_consortium_is_shown_in_every_language(read: Reader, language: str) -> None:
    of = world_of_all()
    page, texts = read(of, "/consortium", None, language), CATALOGUES[language]
    for key in ("votes", "rules", "members", "signed", "chain", "generations", "nothing_signed"):
        assert texts[f"consortium.{key}"] in unescape(page)
    assert texts["consortium.needs"].format(needed="3", members="4") in page
    assert texts["consortium.needs_custodians"].format(needed="2", custodians="2") in page
    assert texts["consortium.split"] not in unescape(page)


def test_members_are_shown_as_they_stand(read: Reader) -> None:
    of = world()
    changed(of, 2, emergency_until=NOW + DAY)
    changed(of, 3, voted=OrganisationStatus.REMOVED)
    key_changed(of, 1, compromised_since=NOW - DAY)
    page = read(of, "/consortium")
    first, second, third, fourth = (
        row_of(page, f'class="main" href="/organisations/{number}"') for number in range(1, 5)
    )
    assert "claimed compromised: 1" in first
    assert "2 in use" in first
    assert "claimed" not in second + third + fourth
    assert "suspended" in second.lower()
    assert "removed" in third.lower()
    assert "2 of 3 members in favour" in page  # who was removed counts no more


def test_open_votes_come_first_and_settled_ones_are_elsewhere(read: Reader) -> None:
    of = world()
    page = read(of, "/consortium")
    assert "Admit Klinikum West gGmbH" in row_of(page, 'href="/proposals/1"')
    assert "1 of the 3 needed" in row_of(page, 'href="/proposals/1"')
    assert 'href="/proposals/2"' not in page  # it was carried out
    assert page.index('id="votes"') < page.index('id="members"')
    assert 'href="/proposals/new"' not in page
    assert 'href="/proposals/new"' in read(of, "/consortium", "operator")
    assert 'href="/proposals/new"' not in read(of, "/consortium", "steward")


def test_every_kind_of_proposal_has_words_of_its_own(read: Reader) -> None:
    of = world_of_all()
    english, french = (unescape(read(of, "/consortium", None, language)) for language in ("en", "fr"))
    for text in (
        "Give Centre hospitalier de Luxembourg a new admin key",
        "more than 66.67% of the members, and more than 50% of those that hold data",
        "for 1 day",
    ):
        assert text.replace("Centre hospitalier de Luxembourg", of.index.facts.organisations[1].name) in english
    assert "plus de 66,67 % des membres" in french
    assert "pendant 1 jour" in french
    for place in range(1, len(of.index.facts.proposals) + 1):
        row_of(english, f'href="/proposals/{place}"')


def test_generations_say_which_is_in_force(read: Reader) -> None:
    of = world()
    places = [operator(900 + place) for place in range(5)]
    of.index.facts.generations.append(Generation(2, *places, Position(1_900, 0)))
    page = read(of, "/consortium")
    assert page.index("Generation 2") < page.index("Generation 1")
    assert page.count("in force</span>") == page.count("former</span>") == 1
    assert f"<code data-copy>{places[4]}</code>" in page
    assert "Generation 2" not in read(of, "/consortium?asOf=1899")


@pytest.mark.parametrize("apart", [False, True])
def test_signatures_that_contradict_each_other_shout(read: Reader, apart: bool) -> None:
    of = world()
    kept = [signed_by(ONE), signed_by(TWO, name="elsewhere")] if apart else [signed_by(ONE, TWO)]
    vouched = Vouched(20, apart, NOW, tuple(kept))
    of.node.checkpoints.list_recent = lambda page: [vouched]  # type: ignore[method-assign]
    page = read(of, "/consortium")
    assert ("THEY CONTRADICT EACH OTHER" in page) == apart
    assert ('role="alert"' in page) == apart
    assert ("all the same" in page) == (not apart)
    first, second = (one.name for one in of.index.facts.organisations[:2])
    for signed in kept:
        row = row_of(page, to_hex(signed.hash))
        assert (first in row, second in row) == (True, True)


def test_a_split_view_that_is_not_among_the_newest_shouts_too(read: Reader) -> None:
    of = world()
    of.gauges.figures = replace(of.gauges.figures, split_views=1)
    assert 'role="alert"' in read(of, "/consortium")


def test_long_lists_of_members_have_pages(read: Reader) -> None:
    page = read(world(4), "/consortium?limit=2")
    assert len(re.findall(r'class="main" href="/organisations/\d+"', page)) == 2
    onward = re.search(r'rel="next" href="([^"]+)"', page)
    assert onward is not None
    assert f'href="/organisations/3?asOf={HEAD}"' in read(world(4), "/consortium" + unescape(onward[1]))


def test_an_organisation_shows_what_it_is_and_holds(read: Reader) -> None:
    of = world_of_all()
    page = read(of, "/organisations/1")
    name = of.index.facts.organisations[0].name
    assert f"<h1>{name}</h1>" in page
    assert 'href="/datasets?custodian=1"' in page
    assert 'href="/consents?grantor=1"' in page
    assert 'href="/models?publisher=1"' not in page
    assert 'href="/models?publisher=3"' in read(of, "/organisations/3")
    assert 'href="/organisations/1/impact"' in page
    assert "medledger key offer KEY" in page
    assert "Suspend" in row_of(read(world(), "/organisations/2"), 'href="/proposals/2"')
    assert 'id="votes"' not in page


@pytest.mark.parametrize("language", NAMES)
def test_what_leans_on_an_organisation_is_shown(read: Reader, language: str) -> None:
    of = world_of_all()
    page = read(of, "/organisations/2/impact", None, language)
    assert CATALOGUES[language]["impact.organisation"] in unescape(page)
    assert f'href="/versions/{of.index.facts.model_versions[0].id}"' in page
    assert 'href="/versions/' not in read(of, "/organisations/4/impact")


def test_why_an_organisation_is_suspended_is_said(read: Reader) -> None:
    of, texts = world(), CATALOGUES["en"]
    changed(of, 2, emergency_until=NOW + DAY)
    emergency = Emergency(4, EmergencyReason.DATA_BREACH, NOW - DAY, NOW + DAY, Position(1_800, 0))
    changed(of, 2, emergencies=(emergency,))
    page = read(of, "/organisations/2")
    assert texts["organisations.suspended_in_emergency"] in page
    assert Texts("en").code("EmergencyReason", "DATA_BREACH") in row_of(page, "/organisations/4")
    changed(of, 2, voted=OrganisationStatus.SUSPENDED)
    assert texts["organisations.suspended_by_vote"] in unescape(read(of, "/organisations/2"))
    changed(of, 2, voted=OrganisationStatus.REMOVED)
    assert texts["organisations.removed"] in unescape(read(of, "/organisations/2"))


def test_only_who_may_is_led_to_a_suspension(read: Reader) -> None:
    of = world(organisation=4)
    link = 'href="/organisations/2/suspend"'
    assert link in read(of, "/organisations/2", "auditor")
    assert link not in read(of, "/organisations/2", "steward")
    assert link not in read(of, "/organisations/2")
    changed(of, 2, emergency_until=NOW - 1)
    assert link not in read(of, "/organisations/2", "auditor")  # only once until a vote


def test_an_organisation_s_keys_have_roles_states_and_claims(read: Reader) -> None:
    of = world()
    key_changed(of, 1, compromised_since=NOW - DAY, state="retired")
    page = read(of, "/organisations/1")
    admin, writing = row_of(page, operator(1)), row_of(page, operator(101))
    assert "none claimed" in admin
    assert "in use" in admin
    assert "retired" in writing
    assert "claimed since 2026-11-17" in writing
    key_changed(of, 1, compromise_confirmed_by=4, confirmed_since=NOW - DAY + 3600)
    assert "confirmed since 2026-11-17 12:06" in row_of(read(of, "/organisations/1"), operator(101))


def test_who_is_not_there_is_not_there(application: FastAPI) -> None:
    application.state.node = world().node
    client = TestClient(application, base_url=TLS)
    assert client.get("/organisations/9").status_code == 404
    assert client.get("/organisations/0").status_code == 400
    assert client.get("/organisations/1?asOf=1").status_code == 404


def test_names_of_members_cannot_become_markup(read: Reader) -> None:
    of = world()
    for one in of.index.facts.organisations:
        object.__setattr__(one, "name", EVIL)
    for path in ("/consortium", "/organisations/2"):
        page = read(of, path, "operator")
        assert "<script>" not in page
        assert unescape(page).count(EVIL) > 1


def test_the_past_of_the_consortium_can_be_looked_at(read: Reader) -> None:
    of = world()
    assert 'href="/proposals/1?' not in read(of, f"/consortium?asOf={of.index.facts.proposals[0].at.block - 1}")
    assert f'href="/proposals/1?asOf={HEAD}"' in read(of, f"/consortium?asOf={HEAD}")
