"""The pages of the regulator's questions: every answer, in every language, as of a date, whatever documents say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from ledger_node.proof.hashing import sha256, to_hex
from registry_api.explorer.languages import CATALOGUES, NAMES, Texts
from registry_api.explorer.page import TEMPLATES
from registry_api.levels import MEANING
from registry_api.questions.listed import QUESTIONS
from tests.unit.cards.cards import full

from .fakes import World
from .story import HEAD, world_of_all
from .test_explorer import Outline

Client = Callable[..., TestClient]


def path(of: World, number: int | str = "") -> str:
    return f"/versions/{of.index.facts.model_versions[0].id}/questions" + (f"/{number}" if number else "")


def words_of(page: str) -> str:
    """Without markup and line ends."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


@pytest.mark.parametrize("language", NAMES)
def test_the_22_questions_are_listed_with_how_much_is_known(client_of: Client, language: str) -> None:
    of = world_of_all()
    page = client_of(of).get(path(of), headers={"Accept-Language": language})
    assert page.status_code == 200
    found, texts = Outline(page.text), CATALOGUES[language]
    links = [one["href"] for one in found.of("a")]
    for number in range(1, 23):
        assert f"{path(of, number)}?asOf={HEAD}" in links
        assert texts[f"asked.{number}"] in page.text.replace("&#39;", "'")
    for level in MEANING:
        assert re.search(rf'class="how {level}">\d+ {texts[f"known.{level}"]}<', page.text)
    assert re.search(rf'class="how missing">\d+ {texts["questions.missing_of"]}<', page.text)


def test_the_list_counts_what_each_answer_holds(client_of: Client) -> None:
    of = world_of_all()
    client, api = client_of(of), client_of(of, "auditor")
    rows = re.findall(r'<tr role="row">(.*?)</tr>', client.get(path(of)).text, re.DOTALL)[1:]
    assert len(rows) == 22
    for number, row in enumerate(rows, 1):
        answer = api.get(f"/v1{path(of, number)}").json()
        for level in MEANING:
            expected = sum(fact["level"] == level for fact in answer["facts"])
            assert (f">{expected} {level}<" in row) == bool(expected)
        assert (f">{len(answer['missing'])} missing<" in row) == bool(answer["missing"])


@pytest.mark.parametrize("number", range(1, 23))
def test_each_answer_says_what_the_api_says(client_of: Client, number: int) -> None:
    of = world_of_all()
    answer = client_of(of, "auditor").get(f"/v1{path(of, number)}").json()
    page = client_of(of).get(path(of, number), headers={"Accept-Language": "fr"})
    assert page.status_code == 200
    found = Outline(page.text)
    assert found.of("html")[0]["lang"] == "fr"
    assert len(found.of("h1")) == 1
    said = words_of(page.text)
    for fact in answer["facts"]:
        assert CATALOGUES["fr"][f"known.{fact['level']}"] in said
        for text in (fact["statement"], (fact["by"] or {"name": "un vote"})["name"], fact["source"]["record"] or ""):
            assert text.replace("'", "&#39;") in said
    for one in answer["missing"]:
        assert one["why"].replace("'", "&#39;") in said


def test_titles_are_those_of_the_api() -> None:
    assert {str(one.number): one.title for one in QUESTIONS} == {
        key.removeprefix("asked."): text for key, text in CATALOGUES["en"].items() if key.startswith("asked.")
    }


def test_what_documents_say_stays_text(client_of: Client) -> None:
    of = world_of_all()
    evil = "<script>alert('&')</script>"
    content = json.dumps(full("run-card") | {"method": evil}).encode()
    of.blobs.put(content)
    of.index.facts.runs[0] = replace(of.index.facts.runs[0], card_digest=to_hex(sha256(content)))
    for number in ("", 9):
        text = client_of(of).get(path(of, number)).text
        assert "<script>" not in text
        Outline(text)
    assert "&lt;script&gt;" in text


def test_values_of_any_shape_are_shown() -> None:
    evil = "<b>&"
    value = {evil: {"openedAt": [[[[[[[evil]]]]]]]}, "none": [{}, [], None, ""], "few": [True, False, 3.5]}
    shown = str(TEMPLATES["fr"].get_template("answers.html").module.value(value))  # type: ignore[attr-defined]
    Outline(shown)
    assert "<b>" not in shown
    assert '[[["\\u003cb\\u003e\\u0026"]]]' in shown
    assert words_of(shown).endswith("none rien rien rien rien few oui non 3.5 ")


def test_codes_are_said_in_words_where_one_word_is_meant() -> None:
    french = TEMPLATES["fr"].get_template("answers.html").module
    said = {name: words_of(str(french.value(name))).strip() for name in ("EHDS_PERMIT", "SUSPENDED", "OTHER", "x y")}  # type: ignore[attr-defined]
    codes = Texts("fr")
    assert said == {
        "EHDS_PERMIT": codes.code("Basis", "EHDS_PERMIT"),
        "SUSPENDED": codes.code("ConsentState", "SUSPENDED"),
        "OTHER": "OTHER",  # of regions, and of devices
        "x y": "x y",
    }


def test_an_answer_is_as_of_a_date(client_of: Client) -> None:
    of = world_of_all()
    client = client_of(of)
    for page in (path(of), path(of, 1)):
        assert "block 500." in client.get(f"{page}?asOf=500").text
        moved = client.get(f"{page}?on=2026-11-18", follow_redirects=False)
        assert (moved.status_code, moved.headers["Location"]) == (303, f"{page}?asOf=2026-11-18T23:59:59Z")
        assert f"block {HEAD:,}." in client.get(moved.headers["Location"]).text
        assert client.get(f"{page}?asOf=1").status_code == 404
        assert client.get(f"{page}?on=yesterday").status_code == 400
    assert client.get(path(of, 23)).status_code == 400
