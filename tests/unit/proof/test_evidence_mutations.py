"""One character changed, anywhere, and a bundle does not verify."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
import rfc8785

from ledger_node.errors import EvidenceMalformed
from ledger_node.proof import Result, verify

pytestmark = pytest.mark.slow

ALPHABET = '0123456789abcdefABCDEFxX {}[]",:.-eé\u0000'
Path = tuple[str | int, ...]


def survives(content: bytes, trust: bytes) -> bool:
    try:
        return verify(content, trust).result is not Result.FAILED
    except EvidenceMalformed:
        return False


def other(rng: random.Random, character: str) -> str:
    """Another character, often of the same kind, sometimes the same letter in the other case."""
    if character.swapcase() != character and rng.random() < 0.2:
        return character.swapcase()
    pool = "0123456789abcdef" if character in "0123456789abcdef" and rng.random() < 0.7 else ALPHABET
    return rng.choice([one for one in pool if one != character])


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every string, number and truth value, and every key (its path ends in '#key')."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield (*path, key, "#key"), key
            yield from leaves(part, (*path, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from leaves(part, (*path, place))
    else:
        yield path, value


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy with the leaf or key at `path` replaced."""
    if not path:
        return new
    head, *rest = path
    if rest == ["#key"]:
        return {new if key == head else key: part for key, part in value.items()}
    if isinstance(value, dict):
        return {key: replaced(part, tuple(rest), new) if key == head else part for key, part in value.items()}
    return [replaced(part, tuple(rest), new) if place == head else part for place, part in enumerate(value)]


def mutant_of(rng: random.Random, value: Any) -> Any:
    """The leaf with one character changed; a number stays a number."""
    if isinstance(value, bool):
        return not value
    text = str(value)
    if text == "":
        return rng.choice(ALPHABET)
    at = rng.randrange(len(text))
    if isinstance(value, int):
        digit = rng.choice([one for one in "0123456789" if one != text[at]])
        return int(text[:at] + digit + text[at + 1 :])
    return text[:at] + other(rng, text[at]) + text[at + 1 :]


def test_mutation_of_any_byte_fails(bundle: bytes, trust: bytes) -> None:
    rng = random.Random(20_26)
    text = bundle.decode()
    for _ in range(400):
        at = rng.randrange(len(text))
        mutant = text[:at] + other(rng, text[at]) + text[at + 1 :]
        assert not survives(mutant.encode(), trust), f"character {at}"


def test_mutation_of_any_leaf_fails(bundle: bytes, trust: bytes) -> None:
    """In the canonical form again, so that it is not the form that gives the change away."""
    rng = random.Random(7)
    content = json.loads(bundle)
    found = list(leaves(content))
    assert len(found) > 500
    for path, value in found:
        new = mutant_of(rng, value)
        if new != value:
            assert not survives(rfc8785.dumps(replaced(content, path, new)), trust), path


def test_mutation_of_random_leaves_fails(bundle: bytes, trust: bytes) -> None:
    rng = random.Random(11)
    content = json.loads(bundle)
    found = [leaf for leaf in leaves(content) if leaf[0][-1] != "#key"]
    weights = [len(str(value)) for _, value in found]
    for path, value in rng.choices(found, weights, k=400):
        new = mutant_of(rng, value)
        if new != value:
            assert not survives(rfc8785.dumps(replaced(content, path, new)), trust), path


def test_capital_letters_in_hex_fail(bundle: bytes, trust: bytes) -> None:
    content = json.loads(bundle)
    for path, value in leaves(content):
        if isinstance(value, str) and value.startswith("0x") and value != value.upper():
            changed = "0x" + value[2:].upper()
            if changed != value:
                assert not survives(rfc8785.dumps(replaced(content, path, changed)), trust), path


def test_a_character_more_or_less_fails(bundle: bytes, trust: bytes) -> None:
    rng = random.Random(13)
    text = bundle.decode()
    for _ in range(200):
        at = rng.randrange(len(text))
        assert not survives((text[:at] + text[at + 1 :]).encode(), trust), f"less at {at}"
        assert not survives((text[:at] + rng.choice(ALPHABET) + text[at:]).encode(), trust), f"more at {at}"


def test_the_bundle_itself_survives(bundle: bytes, trust: bytes) -> None:
    assert survives(bundle, trust)
