"""Words of cards, and of searches."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ledger_node.domain.search import MOST_WORDS, SEARCH, Sought, sought, words_in, words_of


def words(text: str) -> list[str]:
    return list(words_in(text))


def test_words_have_neither_case_nor_accents() -> None:
    assert words("Universitätsklinikum KÖLN, Straße") == ["universitatsklinikum", "koln", "strasse"]
    assert words("Żółć ŞİŞLİ ﬁne") == words("żółć şi̇şli̇ fine")
    assert words("乳腺 УЗИ μm") == ["乳腺", "узи", "μm"]


def test_words_are_runs_of_letters_and_digits() -> None:
    assert words("non-small T1_weighted\x00a.b \ud800") == ["non", "small", "t1", "weighted", "a", "b"]
    assert words(f"{'a' * 40} {'b' * 41}") == ["a" * 40]


def test_card_has_the_words_of_its_texts_at_any_depth() -> None:
    card: dict[str, Any] = {
        "format": "medledger-dataset-card/2",
        "@context": {"name": "context"},
        "name": "Breast ultrasound",
        "year": 2019,
        "parts": [{"@type": "hidden", "of": ["US", None, {"title": "Mammography"}]}],
    }
    assert words_of(card) == {"breast", "ultrasound", "us", "mammography"}


def test_words_of_a_card_are_bounded() -> None:
    assert len(words_of({"text": " ".join(f"w{n}" for n in range(MOST_WORDS + 10))})) == MOST_WORDS


def test_search_has_whole_words_and_beginnings() -> None:
    assert sought("  Brüste  mammo*  brüste ") == (Sought("bruste"), Sought("mammo", begins=True))
    assert sought("non-small*") == (Sought("non"), Sought("small", begins=True))


def test_what_has_no_letters_is_in_no_card() -> None:
    assert sought("... --* a") == (Sought(""), Sought("a"))


@pytest.mark.parametrize("text", ["", " ", "*", "a*b", "*ab", "ab**", "b" * 41, "a b c d e f g h i", "a  b", "a\nb"])
def test_search_that_is_none(text: str) -> None:
    assert re.search(SEARCH, text) is None
