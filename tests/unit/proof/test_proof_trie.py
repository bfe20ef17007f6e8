"""Trie proofs against the `trie` package, and what must be refused."""

from __future__ import annotations

import pytest
import rlp as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from ledger_node.errors import EvidenceMalformed
from ledger_node.proof import trie
from ledger_node.proof.hashing import keccak256

from .story import tag
from .synthetic import Chain

# Short keys of few nibbles, so that extensions, values in branches and embedded nodes all occur.
keys = st.binary(min_size=1, max_size=4).map(lambda key: bytes(byte & 0x33 for byte in key))
entries = st.dictionaries(
    keys, st.one_of(st.binary(min_size=1, max_size=3), st.binary(min_size=30, max_size=60)), max_size=24
)


def _built(content: dict[bytes, bytes]) -> HexaryTrie:
    built = HexaryTrie({})
    for key, value in content.items():
        built[key] = value
    return built


def _proof(built: HexaryTrie, key: bytes) -> list[bytes]:
    encoded = [oracle.encode(node) for node in built.get_proof(key)]
    return [node for place, node in enumerate(encoded) if place == 0 or len(node) >= 32]


@settings(max_examples=300)
@given(entries, keys)
def test_check_agrees_with_the_oracle(content: dict[bytes, bytes], key: bytes) -> None:
    built = _built(content)
    assert trie.check(built.root_hash, key, _proof(built, key)) == content.get(key)


@settings(max_examples=300)
@given(entries.filter(bool), keys, st.data())
def test_check_refuses_a_tampered_proof(content: dict[bytes, bytes], key: bytes, data: st.DataObject) -> None:
    built = _built(content)
    proof = _proof(built, key)
    place = data.draw(st.integers(0, len(proof) - 1))
    at = data.draw(st.integers(0, len(proof[place]) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    node = bytearray(proof[place])
    node[at] ^= bit
    surplus = oracle.encode([b"\x20", b"surplus"])
    for wrong in (
        [*proof[:place], bytes(node), *proof[place + 1 :]],
        [*proof[:place], *proof[place + 1 :]],
        [*proof[: place + 1], proof[place], *proof[place + 1 :]],
        [*proof[:place], surplus, *proof[place:]],
        [*proof, surplus],
        *([list(reversed(proof))] if len(proof) > 1 else []),
    ):
        with pytest.raises(EvidenceMalformed):
            trie.check(built.root_hash, key, wrong)


@settings(max_examples=200)
@given(entries.filter(bool), keys, keys)
def test_check_never_shows_another_value(content: dict[bytes, bytes], key: bytes, other: bytes) -> None:
    built = _built(content)
    try:
        found = trie.check(built.root_hash, key, _proof(built, other))
    except EvidenceMalformed:
        return
    assert found == content.get(key)


@pytest.mark.parametrize("proof", [[], [b"\x80"]])
def test_check_knows_the_empty_trie(proof: list[bytes]) -> None:
    assert HexaryTrie({}).root_hash == trie.EMPTY_ROOT
    assert trie.check(trie.EMPTY_ROOT, b"key", proof) is None
    assert trie.check_storage(trie.EMPTY_ROOT, tag("slot"), proof) == bytes(32)
    with pytest.raises(EvidenceMalformed):
        trie.check(trie.EMPTY_ROOT, b"key", [*proof, b"\x80", b"\x80"])
    with pytest.raises(EvidenceMalformed):
        trie.check(tag("root"), b"key", proof)


@pytest.mark.parametrize(
    "node",
    [
        [b"\x20"],
        [b"\x20\x01", b""],
        [b"\x40\x01", b"value"],
        [b"\x2f\x01", b"value"],
        [b"", b"value"],
        [b"\x00", b"\x11" * 32],
        [b"\x1a", b"\x11" * 31],
        [[], b"value"],
        [b"\x3a\xbc", [b"list"]],
        [b""] * 16,
        [*[b""] * 10, b"\x01", *[b""] * 6],
        [*[b""] * 10, [b"\x20", b"v" * 40], *[b""] * 6],
        b"string",
    ],
)
def test_check_refuses_nodes_of_another_form(node: oracle.sedes.lists.List) -> None:
    encoded = oracle.encode(node)
    with pytest.raises(EvidenceMalformed):
        trie.check(keccak256(encoded), b"\xab\xc0", [encoded])


def test_check_refuses_what_is_not_rlp() -> None:
    for encoded in (b"", b"\xc1", b"\xc0\x00", bytes(2000)):
        with pytest.raises(EvidenceMalformed):
            trie.check(keccak256(encoded), b"\xab", [encoded])


def test_check_account_and_check_storage_read_a_whole_answer(chain: Chain) -> None:
    slot = "0x" + tag("nowhere").hex()
    answer = chain.proof("models", [slot])
    nodes = [bytes.fromhex(node[2:]) for node in answer["accountProof"]]
    found = trie.check_account(chain.state.root_hash, chain.contracts.models, nodes)
    assert found == trie.Account(1, 0, chain.storage["models"].root_hash, keccak256(b"code of models"))
    nodes = [bytes.fromhex(node[2:]) for node in answer["storageProof"][0]["proof"]]
    assert trie.check_storage(found.storage_root, tag("nowhere"), nodes) == bytes(32)


def test_check_account_shows_that_there_is_none(chain: Chain) -> None:
    nodes = [oracle.encode(node) for node in chain.state.get_proof(keccak256(b"\x07" * 20))]
    assert trie.check_account(chain.state.root_hash, b"\x07" * 20, nodes) is None


@pytest.mark.parametrize(
    "parts",
    [
        [b"", b"", tag("root")],
        [b"\x00", b"", tag("root"), tag("code")],
        [b"", b"\x00\x01", tag("root"), tag("code")],
        [b"\x01" * 9, b"", tag("root"), tag("code")],
        [b"", b"", b"root", tag("code")],
        [b"", [], tag("root"), tag("code")],
    ],
)
def test_account_refuses_another_form(parts: list[bytes]) -> None:
    with pytest.raises(EvidenceMalformed):
        trie.account(oracle.encode(parts))


@pytest.mark.parametrize("value", [b"\x80", b"\x82\x00\x01", b"\xc0", b"\xa1" + b"\x01" * 33, b"\x81\x01", b""])
def test_storage_word_refuses_another_form(value: bytes) -> None:
    with pytest.raises(EvidenceMalformed):
        trie.storage_word(value)
