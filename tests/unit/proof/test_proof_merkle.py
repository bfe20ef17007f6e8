"""Trees of RFC 9162 against the vectors of Certificate Transparency, the RFC's own recursion, and tampering."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.errors import InvalidField
from ledger_node.proof import merkle

# The eight leaves and their heads that Certificate Transparency's implementations share.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAF_2 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
LEAVES_3_4 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
LEAVES_5_8 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
LEAF_5 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
LEAVES_7_8 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
LEAVES_5_6 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

hashes = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


def _recursive(parts: list[bytes]) -> bytes:
    """MTH of section 2.1.1, as it is written there."""
    if len(parts) == 1:
        return parts[0]
    k = 1
    while 2 * k < len(parts):
        k *= 2
    return merkle.node_hash(_recursive(parts[:k]), _recursive(parts[k:]))


@pytest.mark.parametrize("size", range(9))
def test_root_of_is_the_vectors(size: int) -> None:
    assert merkle.root_of(HASHES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [LEAF_2, LEAVES_3_4, LEAVES_5_8]),
        (5, 8, [LEAF_5, LEAVES_7_8, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], LEAVES_3_4, LEAF_5]),
    ],
)
def test_inclusion_proof_is_the_vectors(index: int, size: int, path: list[str]) -> None:
    proof = merkle.inclusion_proof(HASHES[:size], index)
    assert [part.hex() for part in proof] == path
    assert merkle.verify_inclusion(HASHES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        (1, 1, []),
        (1, 8, [LEAF_2, LEAVES_3_4, LEAVES_5_8]),
        (6, 8, [LEAVES_5_6, LEAVES_7_8, ROOTS[4]]),
        (2, 5, [LEAVES_3_4, LEAF_5]),
    ],
)
def test_consistency_proof_is_the_vectors(first: int, second: int, path: list[str]) -> None:
    proof = merkle.consistency_proof(HASHES[:second], first)
    assert [part.hex() for part in proof] == path
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert merkle.verify_consistency(first, second, *roots, proof)


@given(hashes)
def test_root_of_is_the_rfcs_recursion(parts: list[bytes]) -> None:
    assert merkle.root_of(parts) == _recursive(parts)


@given(st.lists(st.binary(max_size=9), max_size=20))
def test_tree_builder_has_a_root_after_each_leaf(leaves: list[bytes]) -> None:
    builder = merkle.TreeBuilder()
    for size, leaf in enumerate(leaves):
        assert builder.size == size
        assert builder.root() == merkle.root_of(merkle.leaf_hash(part) for part in leaves[:size])
        builder.add(leaf)


@given(hashes, st.data())
def test_verify_inclusion_accepts_only_the_leaf_at_its_place(parts: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(parts) - 1))
    root, size = merkle.root_of(parts), len(parts)
    proof = merkle.inclusion_proof(parts, index)
    assert merkle.verify_inclusion(parts[index], index, size, proof, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"other"), index, size, proof, root)
    assert not merkle.verify_inclusion(parts[index], index, size, (*proof, bytes(32)), root)
    assert not merkle.verify_inclusion(parts[index], size, size, proof, root)
    for place in range(len(proof)):
        cut = proof[:place] + proof[place + 1 :]
        assert not merkle.verify_inclusion(parts[index], index, size, cut, root)


@given(hashes, st.data())
def test_verify_consistency_accepts_only_a_prefix(parts: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(parts)))
    old, new = merkle.root_of(parts[:first]), merkle.root_of(parts)
    proof = merkle.consistency_proof(parts, first)
    assert merkle.verify_consistency(first, len(parts), old, new, proof)
    other = merkle.leaf_hash(b"other")
    assert not merkle.verify_consistency(first, len(parts), other, new, proof)
    assert not merkle.verify_consistency(first, len(parts), old, other, proof) or first == 0
    assert not merkle.verify_consistency(first, len(parts), old, new, (*proof, other))
    assert not merkle.verify_consistency(len(parts) + 1, len(parts), old, new, proof)
    for place in range(len(proof)):
        cut = proof[:place] + proof[place + 1 :]
        assert not merkle.verify_consistency(first, len(parts), old, new, cut)


@pytest.mark.parametrize("index", [-1, 8])
def test_inclusion_proof_refuses_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(InvalidField):
        merkle.inclusion_proof(HASHES, index)


@pytest.mark.parametrize("first", [-1, 9])
def test_consistency_proof_refuses_a_size_that_is_not_there(first: int) -> None:
    with pytest.raises(InvalidField):
        merkle.consistency_proof(HASHES, first)
