"""The words of facts: every field is bound by some word, and the digests are those of the contracts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from ledger_node.proof import words_needed
from ledger_node.proof.facts import Derivation, Facts
from ledger_node.proof.words import Word, words_of

from .story import ANY_SCOPE, lineage
from .synthetic import Chain

FACTS = lineage()


def _words(facts: Facts) -> list[Word]:
    return [word for _, words in words_of(facts) for word in words]


def _variants(value: Any) -> Iterator[tuple[str, Any]]:
    """Each way to change one field of a value, however deep."""
    if value is None:
        yield " there", Derivation(ANY_SCOPE, ())
    elif isinstance(value, bool):
        yield "", not value
    elif isinstance(value, int):
        yield "", value ^ 1
    elif isinstance(value, str):
        yield "", value + "."
    elif isinstance(value, bytes):
        yield "", bytes([value[0] ^ 1]) + value[1:]
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield f"[{place}] gone", value[:place] + value[place + 1 :]
            for path, other in _variants(part):
                yield f"[{place}]{path}", (*value[:place], other, *value[place + 1 :])
        if len(value) > 1:
            yield " turned", tuple(reversed(value))
    else:
        if isinstance(value, Derivation):
            yield " gone", None
        for field in dataclasses.fields(value):
            for path, other in _variants(getattr(value, field.name)):
                yield f".{field.name}{path}", dataclasses.replace(value, **{field.name: other})


CASES = [
    pytest.param(kind.name, place, other, id=f"{kind.name}[{place}]{path}")
    for kind in dataclasses.fields(FACTS)
    for place, fact in enumerate(getattr(FACTS, kind.name))
    for path, other in _variants(fact)
    # Answers have a slot and acknowledgements a bit each; the schema keeps them in order.
    if not path.endswith((".answers turned", ".acknowledged_by turned"))
]


@pytest.mark.parametrize(("kind", "place", "other"), CASES)
def test_words_bind_every_field(kind: str, place: int, other: Any) -> None:
    facts = list(getattr(FACTS, kind))
    facts[place] = other
    assert set(_words(dataclasses.replace(FACTS, **{kind: tuple(facts)}))) != set(_words(FACTS))


def test_words_are_each_in_a_slot_of_their_own() -> None:
    places = [(word.contract, word.slot) for word in _words(FACTS)]
    assert len(places) == len(set(places))


def test_words_needed_names_every_word_once(chain: Chain) -> None:
    needed = words_needed(chain.facts)
    assert needed == words_needed(chain.facts)
    assert all(slots == sorted(set(slots)) and all(len(slot) == 66 for slot in slots) for slots in needed.values())
    assert {(contract, slot) for contract, slots in needed.items() for slot in slots} == {
        (word.contract, "0x" + word.slot.hex()) for word in _words(chain.facts)
    }
