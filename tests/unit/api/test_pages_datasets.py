"""The pages of datasets: what is held and said of it, the evidence, and what leans on it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node.domain.codes import Act, StateReason
from ledger_node.proof.hashing import sha256, to_hex
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.explorer.text import short
from tests.unit.cards.cards import full

from .fakes import NOW, World, digest, make_world
from .story import DAY, HEAD, tell, tell_all, world, world_of_all
from .test_explorer import Outline
from .test_sign_in import Browser

Client = Callable[..., TestClient]


def described(of: World, name: str = "Breast ultrasound", **more: object) -> World:
    """The first dataset and its version have a card that can be read."""
    content = json.dumps(full("dataset-card") | {"name": name, **more}).encode()
    of.blobs.put(content)
    facts, card = of.index.facts, to_hex(sha256(content))
    facts.datasets[0] = replace(facts.datasets[0], card_digest=card)
    facts.dataset_versions[0] = replace(facts.dataset_versions[0], card_digest=card)
    return of


def paths(of: World) -> list[str]:
    dataset = of.index.facts.datasets[-1].id
    return [
        "/datasets",
        "/datasets?custodian=1&text=ultra*",
        *(f"/datasets/{dataset}{rest}" for rest in ("", "/versions/1", "/impact")),
    ]


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("place", range(5))
def test_pages_are_whole_in_every_language(client_of: Client, language: str, place: int) -> None:
    of = described(world_of_all())
    answer = client_of(of).get(paths(of)[place], headers={"Accept-Language": language})
    assert answer.status_code == 200
    found = Outline(answer.text)
    assert found.of("html")[0]["lang"] == found.of("main")[0]["lang"] == language
    assert len(found.of("h1")) == 1
    ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert len(found.of("caption")) == len(found.of("table"))
    assert {one["for"] for one in found.of("label")} <= set(ids)


def test_datasets_are_listed_newest_first_page_by_page(client_of: Client) -> None:
    of = world(5)
    client, seen, path = client_of(of), list[str](), "/datasets?limit=2"
    while path:
        text = client.get(path).text
        seen += re.findall(r'class="main" href="/datasets/(0x[0-9a-f]{64})["?]', text)
        next_ = re.search(r'rel="next" href="([^"]+)"', text)
        path = "/datasets" + next_[1].replace("&amp;", "&") if next_ else ""
    assert seen == [one.id for one in reversed(of.index.facts.datasets)]


def test_datasets_are_chosen_by_hospital_and_by_words(client_of: Client) -> None:
    of = described(world(3))
    first, second, _ = of.index.facts.datasets
    of.index.facts.words = {first.card_digest: {"breast", "ultrasound"}}
    client = client_of(of)
    assert "Breast ultrasound" in client.get("/datasets").text
    for query, shown in (("custodian=2&text=", second.id), ("custodian=&text=ultra*", first.id)):
        text = client.get(f"/datasets?{query}").text
        assert re.findall(r'class="main" href="/datasets/(0x[0-9a-f]{64})"', text) == [shown]
    assert '<option value="2" selected>' in client.get("/datasets?custodian=2").text
    assert "could not be searched: 1." in text
    assert CATALOGUES["en"]["datasets.none"] in client.get("/datasets?text=nothing").text
    assert client.get("/datasets?custodian=x").status_code == 400


def test_a_dataset_shows_its_versions_erasures_and_consents(client_of: Client) -> None:
    facts = tell(4)
    hospital, dataset = facts.datasets[1].custodian, facts.datasets[1]
    consent = next(one for one in facts.consents if one.terms.dataset == dataset.id)
    soon = replace(consent, id=digest("soon"), log=(), terms=replace(consent.terms, expires_at=NOW + DAY))
    facts.consents += [soon, replace(soon, id=digest("past"), terms=replace(soon.terms, expires_at=NOW - DAY))]
    text = client_of(make_world(facts, organisation=hospital, head=HEAD)).get(f"/datasets/{dataset.id}").text
    assert text.index("/versions/2") < text.index("/versions/1")
    assert text.count(f'href="/consents/{consent.id}"') == 1
    assert ">revoked<" in text
    assert text.count(">ends soon<") == text.count(">ended<") == 1
    assert "No erasure is recorded." in text
    assert "the document" in text  # why nothing can be read
    assert f"/datasets/{dataset.id}/impact" in text


def test_a_card_is_told_in_words_and_stays_text(client_of: Client) -> None:
    evil = "<script>alert('&')</script>"
    of = described(world_of_all(), evil, license=[evil, {"not": "text"}], description=evil)
    dataset = of.index.facts.datasets[0].id
    for path in ("/datasets", f"/datasets/{dataset}", f"/datasets/{dataset}/versions/1"):
        text = client_of(of).get(path).text
        Outline(text)
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
    assert "2019–2024" in text
    assert "GDPR Article 9(2)(j)" in text


def test_a_version_shows_its_evidence_and_what_it_was_made_from(client_of: Client) -> None:
    of = world_of_all()
    derived = of.index.facts.dataset_versions[-1]
    text = client_of(of).get(f"/datasets/{derived.dataset}/versions/1").text
    for shown in (derived.root, derived.attestation_digest, derived.card_digest):
        assert f"<code data-copy>{shown}</code>" in text
    assert "Clean pixel data <code>113101</code>" in text
    assert derived.derivation is not None
    for parent in derived.derivation.parents:
        assert f"/datasets/{parent.dataset}/versions/{parent.version}" in text
        assert parent.consent is None or f"/consents/{parent.consent}" in text
    assert "To download, sign in first." in text
    client = client_of(world())
    assert "ultrasound" in client.get(f"/datasets/{digest('dataset 0')}/versions/1").text  # the hospital's stream
    assert client.get(f"/datasets/{digest('dataset 0')}/versions/9").status_code == 404


def test_streams_go_on_on_the_next_page(client_of: Client) -> None:
    of = world()
    first = of.index.facts.streams[0]
    of.index.facts.streams.append(replace(first, id=digest("second stream"), at=replace(first.at, log_index=9)))
    client, path = client_of(of), f"/datasets/{digest('dataset 0')}/versions/1"
    shown = [short(digest(name)) for name in ("second stream", "stream")]  # the newest first
    text = client.get(f"{path}?limit=1").text
    assert [one in text for one in shown] == [True, False]
    (onward,) = re.findall(r'rel="next" href="([^"]+)"', text)
    text = client.get(path + unescape(onward)).text
    assert [one in text for one in shown] == [False, True]
    assert 'rel="next"' not in text


def test_evidence_is_for_who_has_signed_in(application: FastAPI) -> None:
    of = described(world_of_all())
    application.state.node = of.node
    browser, path = Browser(application), f"/datasets/{of.index.facts.datasets[0].id}/versions/1"
    for file in ("evidence/bundle", "exports/croissant"):
        answer = browser.client.get(f"{path}/{file}")
        assert (answer.status_code, unquote(answer.headers["Location"])) == (303, f"/sign-in?next={path}/{file}")
    browser.sign_in("auditor")
    bundle = browser.client.get(f"{path}/evidence/bundle")
    assert bundle.status_code == 200
    assert bundle.headers["Content-Disposition"].startswith('attachment; filename="medledger-')
    card = browser.client.get(f"{path}/exports/croissant").content
    assert to_hex(sha256(card)) == of.index.facts.dataset_versions[0].card_digest
    missing = browser.client.get(f"/datasets/{of.index.facts.datasets[1].id}/versions/1/exports/croissant")
    assert missing.status_code == 404
    assert "the document" in missing.text


def test_impact_counts_versions_and_says_what_is_tainted(client_of: Client) -> None:
    facts = tell_all()
    dataset = facts.datasets[1]  # the second hospital's, of which another was derived
    client = client_of(make_world(facts, organisation=1, head=HEAD))
    text = client.get(f"/datasets/{dataset.id}/impact").text
    assert "2 model versions lean on it." in text
    assert ">recalled<" in text
    assert "derived from the one asked about" in text
    assert "Tainted now" not in text
    consent = next(one for one in facts.consents if one.terms.dataset == dataset.id)
    log = tell(2).consents[1].log[0]
    breach = replace(log, act=Act.REVOKED, actor=2, reason=StateReason.BREACH)
    facts.consents[facts.consents.index(consent)] = replace(consent, log=(breach,))
    text = client.get(f"/datasets/{dataset.id}/impact").text
    assert "Tainted now: 2." in text
    assert "breach of the terms" in text
    none = client.get(f"/datasets/{digest('dataset 0')}/impact?asOf=40").text
    assert CATALOGUES["en"]["impact.none"] in none
