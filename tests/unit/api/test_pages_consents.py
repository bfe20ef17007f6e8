"""The pages of consents: what they permit in plain words, how they stand, and what was used of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from ledger_node.domain.codes import Act, Modifier, Operation, Permission, Purpose, Region, StateReason
from ledger_node.domain.consent import ConsentUse
from registry_api.explorer import budget
from registry_api.explorer.budget import Budget, Step
from registry_api.explorer.languages import CATALOGUES, NAMES, Texts

from .fakes import NOW, World, digest
from .story import DAY, HEAD, PURPOSES, world, world_of_all
from .test_explorer import Outline

Client = Callable[..., TestClient]
CONSENT = re.compile(r'class="main" href="/consents/(0x[0-9a-f]{64})["?]')


def used_up(of: World, rounds: int = 3, epsilon: int = 500_000) -> str:
    """The first consent was charged by each round of its run, beside what its story tells."""
    facts = of.index.facts
    consent, run = facts.consents[0], facts.runs[0]
    facts.uses += [
        ConsentUse(consent.id, run.id, 1, Operation.FEDERATED_ROUND, PURPOSES, 1, epsilon, one.at)
        for one in run.rounds[:rounds]
    ]
    spent = epsilon * rounds
    facts.consents[0] = replace(consent, rounds_used=3 + rounds, epsilon_spent=spent)
    return consent.id


def restricted(of: World) -> str:
    """The first consent has terms of every kind."""
    consent = of.index.facts.consents[0]
    terms = replace(
        consent.terms,
        permission=Permission.DS,
        condition=7254,
        modifiers=Modifier.GS | Modifier.PUB | Modifier.NPUNCU,
        purposes=Purpose.HRESCH | Purpose.EHDS_53_E,
        regions=Region.DE | Region.FR,
        deidentification=0b1000000010,
        version_to=1,
        project_ref=digest("project"),
        epsilon_budget=0,
        max_rounds=1,
        request=digest("request"),
        supersedes=digest("former"),
    )
    of.index.facts.consents[0] = replace(consent, terms=terms)
    return consent.id


@pytest.mark.parametrize("language", NAMES)
def test_pages_are_whole_in_every_language(client_of: Client, language: str) -> None:
    of = world(9)
    consent = restricted(of)
    suspended = of.index.facts.consents[7].id
    for path in ("/consents", f"/consents/{consent}", f"/consents/{suspended}", f"/consents/{consent}/impact"):
        answer = client_of(of).get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200
        found = Outline(answer.text)
        assert found.of("html")[0]["lang"] == found.of("main")[0]["lang"] == language
        assert len(found.of("h1")) == 1
        ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
        assert len(set(ids)) == len(ids)
        assert len(found.of("caption")) == len(found.of("table"))
        assert {one["for"] for one in found.of("label")} <= set(ids)
        assert all(one["alt"] is not None for one in found.of("img"))


def test_consents_are_listed_newest_first_page_by_page(client_of: Client) -> None:
    of = world(5)
    client, seen, path = client_of(of), list[str](), "/consents?limit=2"
    while path:
        text = client.get(path).text
        seen += CONSENT.findall(text)
        next_ = re.search(r'rel="next" href="([^"]+)"', text)
        path = "/consents" + next_[1].replace("&amp;", "&") if next_ else ""
    assert seen == [one.id for one in reversed(of.index.facts.consents)]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("state=REVOKED", [1]),
        ("state=SUSPENDED&grantor=&grantee=", [4]),
        ("grantor=3", [2]),
        ("grantee=6&purpose=HRESCH&state=ACTIVE", [3, 2, 0]),
        ("purpose=POARCH", []),
    ],
)
def test_consents_are_chosen(client_of: Client, query: str, places: list[int]) -> None:
    of = world(5)
    text = client_of(of).get(f"/consents?{query}").text
    assert CONSENT.findall(text) == [of.index.facts.consents[place].id for place in places]


def test_consents_of_one_dataset_stay_chosen(client_of: Client) -> None:
    of = world(3)
    text = client_of(of).get(f"/consents?dataset={of.index.facts.datasets[2].id}").text
    assert CONSENT.findall(text) == [of.index.facts.consents[2].id]
    assert f'name="dataset" value="{of.index.facts.datasets[2].id}"' in text


def test_what_ends_is_marked(client_of: Client) -> None:
    of = world(4)
    for place, days in enumerate((-1, -1, 1, 31)):  # the second is revoked, which says more
        one = of.index.facts.consents[place]
        of.index.facts.consents[place] = replace(one, terms=replace(one.terms, expires_at=NOW + days * DAY))
    text = client_of(of).get("/consents").text
    assert text.count(">ended<") == text.count(">ends soon<") == 1


def test_terms_are_said_in_words_with_their_codes(client_of: Client) -> None:
    of = world()
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", client_of(of).get(f"/consents/{restricted(of)}").text))
    for sentence in (
        "Universitätsklinikum Nord permits Sonographix Research B.V. to use its data.",
        "version 1 alone.",
        "train a model TRAIN",
        "with training and testing of algorithms EHDS_53_E (EHDS Regulation, Article 53(1)(e))",
        "research on one disease DS DUO:0000007 : MONDO:0007254",
        "non-commercial use only NPUNCU DUO:0000018",
        "Sonographix Research B.V. owes them: results must be published PUB DUO:0000019",
        "only in: Germany DE , France FR",
        "At most 1 federated round, over all runs. No privacy loss: a round that states any is refused.",
        "A version must have: Clean pixel data 113101 A version must not: Keep device identity 113109",
        "data permit under the EHDS EHDS_PERMIT",
        digest("project"),
        "What was used of that counts here.",
    ):
        assert sentence in said, sentence


def test_a_consent_tells_who_did_what_to_it_and_why(client_of: Client) -> None:
    of = world(9)
    revoked, _, ordered = of.index.facts.consents[1], 0, of.index.facts.consents[7]
    text = client_of(of).get(f"/consents/{revoked.id}").text
    assert "patients withdrew their consent <code>WITHDRAWAL_BATCH</code>" in text
    assert "Hôpital Saint-Luc" in text
    text = client_of(of).get(f"/consents/{ordered.id}").text
    assert "suspended by a regulator" in text
    assert "Federal Medicines Authority" in text
    by_vote = replace(ordered.log[0], act=Act.SUSPENDED_BY_VOTE, actor=0, reason=StateReason.ERROR)
    of.index.facts.consents[7] = replace(ordered, log=(by_vote,), superseded_by=revoked.id)
    text = client_of(of).get(f"/consents/{ordered.id}").text
    assert "a vote of the consortium" in text
    assert f'href="/consents/{revoked.id}"' in text


def test_uses_are_counted_up_with_their_rounds(client_of: Client) -> None:
    of = world()
    consent = used_up(of)
    text = client_of(of).get(f"/consents/{consent}").text
    rows = re.findall(r'<tr role="row">(.*?)</tr>', text, re.DOTALL)
    shown = [re.sub(r"<[^>]*>|\s+", " ", row).split() for row in rows if "/runs/" in row]
    assert [row[-8:] for row in shown] == [
        ["–", "3", "/", "50", "0", "0", "/", "2"],
        *([str(n), str(3 + n), "/", "50", "0.5", f"{0.5 * n:g}", "/", "2"] for n in (1, 2, 3)),
    ]
    assert 'alt="Rounds: 6 of 50 used, 44 left. Privacy loss: ε 1.5 of 2 spent, 0.5 left.' in text
    assert f"/versions/{of.index.facts.model_versions[0].id}" in text
    page = client_of(of).get(f"/consents/{consent}?limit=2").text
    assert page.count('href="/runs/') == 2
    assert 'rel="next"' in page


@pytest.mark.parametrize("language", NAMES)
def test_the_picture_shows_what_was_used(client_of: Client, language: str) -> None:
    of = world()
    consent = used_up(of)
    answer = client_of(of).get(f"/consents/{consent}/budget.svg?asOf={HEAD}", headers={"Accept-Language": language})
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "sha256-" in answer.headers["Content-Security-Policy"]
    ElementTree.fromstring(answer.text)
    t = Texts(language)
    assert t("budget.rounds", used="6", most="50", left="44") in answer.text
    assert client_of(of).get(f"/consents/{digest('nobody')}/budget.svg").status_code == 404


def test_steps_stay_inside_the_picture() -> None:
    t = Texts("en")
    steps = [Step(0, 1, 0), Step(0, 2, 5), Step(50, 7, 10)]
    drawn = budget.draw(Budget(7, 10, steps, 100), t)
    top, floor = budget.TOP, budget.TOP + budget.PLOT
    paths = re.findall(r'class="parent" stroke-width="2.5" d="M76 ([\d.]+)((?:H[\d.]+V[\d.]+)*)H732"', drawn)
    assert [float(first) for first, _ in paths] == pytest.approx(
        [floor - budget.PLOT / 7, floor + budget.PANEL], abs=0.1
    )
    heights = [float(one) for one in re.findall(r"V([\d.]+)", paths[0][1])]
    assert heights == pytest.approx([floor - 2 * budget.PLOT / 7, top], abs=0.1)
    none = budget.draw(Budget(0, 0, [Step(0, 0, 0)], 0), t)
    assert 'class="parent"' not in none
    assert f'height="{2 * budget.BARE + 16}"' in none
    assert "It permits no federated round." in none
    ElementTree.fromstring(budget.draw(Budget(1, 1, [Step(5, 0, 0)], 5), t))  # issued in this very block


def test_names_stay_text(client_of: Client) -> None:
    of = world_of_all()
    for one in of.index.facts.organisations:
        object.__setattr__(one, "name", "<script>alert('&')</script>")
    consent = of.index.facts.consents[-1].id
    for path in ("/consents", f"/consents/{consent}", f"/consents/{consent}/impact"):
        text = client_of(of).get(path).text
        Outline(text)
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
    assert CATALOGUES["en"]["impact.consent"] in text


def test_the_time_that_is_looked_at_stays_from_page_to_page(client_of: Client) -> None:
    client, block = client_of(world(3)), f"asOf={HEAD - 1}"
    text = client.get(f"/consents?limit=1&{block}").text
    assert f'name="asOf" value="{HEAD - 1}"' in text
    for path in (f"/consents/{CONSENT.findall(text)[0]}", "/datasets/0x", "/organisations/"):
        assert re.search(rf'href="{path}[^"]*\?{block}"', text), path
    (onward,) = re.findall(r'rel="next" href="([^"]+)"', text)
    assert "asOf" not in onward
    text = client.get(f"/consents{unescape(onward)}").text
    assert f'name="asOf" value="{HEAD - 1}"' in text
    assert f"/consents/{CONSENT.findall(text)[0]}?{block}" in text
