"""Every custom error that a contract can end in has its name and meaning in Python, and no name is left over."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath

import pytest
from eth_utils import keccak

from ledger_node.chain import abi
from ledger_node.chain.artifact import artifact_of
from ledger_node.chain.source import packaged
from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.domain.refusals import REFUSALS


def declared(ours: bool) -> set[str]:
    """Errors in the packaged source: in contracts/, or in what it imports."""
    units = packaged()["sources"].items()
    texts = [unit["content"] for name, unit in units if name.startswith("contracts/") is ours]
    return {name for text in texts for name in re.findall(r"^\s*error (\w+)\(", text, re.MULTILINE)}


def entries(role: str) -> list[abi.Parameter]:
    return [entry for entry in artifact_of(role).abi if entry["type"] == "error"]


@pytest.mark.parametrize("role", CONTRACT_TYPES)
def test_every_error_of_an_abi_has_a_meaning_or_is_openzeppelins(role: str) -> None:
    names = {str(entry["name"]) for entry in entries(role)}
    assert names - REFUSALS.keys() <= declared(ours=False)


def test_every_error_that_we_declare_has_a_meaning_and_no_meaning_is_left_over() -> None:
    assert declared(ours=True) == set(REFUSALS)


def test_every_error_that_we_declare_is_in_an_abi() -> None:
    """One that is in none could never be told by name."""
    assert declared(ours=True) <= set(abi.error_names())


def test_meanings_are_plain_sentences_in_the_order_of_names() -> None:
    assert list(REFUSALS) == sorted(REFUSALS)
    assert all(re.fullmatch(r"\S.*[^\s.]", meaning) for meaning in REFUSALS.values())


def test_errors_are_named_for_the_interface_that_declares_them() -> None:
    """So that a name says which contract refused."""
    for file, unit in packaged()["sources"].items():
        if file.startswith("contracts/"):
            names = re.findall(r"^\s*error (\w+)\(", unit["content"], re.MULTILINE)
            prefix = PurePosixPath(file).stem.removeprefix("I")
            assert [name for name in names if not name.startswith(prefix)] == [], file


def test_one_selector_is_one_error() -> None:
    found = defaultdict(set)
    for role in CONTRACT_TYPES:
        for entry in entries(role):
            found[keccak(text=abi.signature_of(entry))[:4]].add(abi.signature_of(entry))
    assert [signatures for signatures in found.values() if len(signatures) > 1] == []


@pytest.mark.parametrize("role", CONTRACT_TYPES)
def test_revert_bytes_of_every_error_give_its_name(role: str) -> None:
    for entry in entries(role):
        selector = keccak(text=abi.signature_of(entry))[:4]
        # Zeros are a value of every static type, and an empty one where a string's length is looked for.
        got = abi.decode_error(selector + bytes(32 * 2 * len(entry["inputs"])))
        assert got.name == entry["name"]
        assert list(got.args) == [part["name"] for part in entry["inputs"]]
