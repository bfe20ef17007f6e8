"""Trees in arrays: the same heads and proofs as the pure rules give, and compiled hashes that are hashlib's."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_node.edge.trees import hashing
from ledger_node.edge.trees.tree import Tree
from ledger_node.errors import InvalidField
from ledger_node.proof import merkle

Bytes = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


def random(count: int, width: int = 32) -> Bytes:
    return np.frombuffer(secrets.token_bytes(count * width), np.uint8).reshape(count, width)


def hashes(leaves: Bytes) -> list[bytes]:
    return [merkle.leaf_hash(leaf.tobytes()) for leaf in leaves]


@pytest.mark.parametrize("size", range(70))
def test_tree_is_rfc_9162s(size: int) -> None:
    leaves = random(size)
    tree, pure = Tree(leaves), hashes(leaves)
    assert tree.root == merkle.root_of(pure)
    proofs = tree.inclusion_proofs(range(size))
    for index in range(size):
        assert tree.inclusion_proof(index) == proofs[index] == merkle.inclusion_proof(pure, index)
        assert merkle.verify_inclusion(pure[index], index, size, proofs[index], tree.root)
    for first in range(size + 1):
        proof = tree.consistency_proof(first)
        assert proof == merkle.consistency_proof(pure, first)
        assert merkle.verify_consistency(first, size, merkle.root_of(pure[:first]), tree.root, proof)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3_000), st.data())
def test_tree_proves_any_place(size: int, data: st.DataObject) -> None:
    leaves = random(size)
    tree = Tree(leaves)
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    digest = merkle.leaf_hash(leaves[index].tobytes())
    assert merkle.verify_inclusion(digest, index, size, tree.inclusion_proof(index), tree.root)
    before = Tree(leaves[:first]).root
    assert merkle.verify_consistency(first, size, before, tree.root, tree.consistency_proof(first))


@pytest.mark.parametrize("index", [-1, 5])
def test_tree_refuses_another_place(index: int) -> None:
    tree = Tree(random(4))
    for ask in (tree.inclusion_proof, tree.consistency_proof, lambda at: tree.inclusion_proofs([0, at])):
        with pytest.raises(InvalidField):
            ask(index)


@pytest.mark.slow
@pytest.mark.parametrize("count", [hashing.FEW, 2 * hashing.CHUNK, 2 * hashing.CHUNK + 7])
def test_compiled_hashes_are_hashlibs(count: int) -> None:
    key, nonces, digests = secrets.token_bytes(32), random(count, 16), random(count)
    made = hashing.salted_leaves(key, nonces, digests)
    expected = [
        hmac.digest(key, n.tobytes() + d.tobytes(), hashlib.sha256) for n, d in zip(nonces, digests, strict=True)
    ]
    assert made.tobytes() == b"".join(expected)
    assert hashing.leaf_hashes(digests).tobytes() == b"".join(hashes(digests))
    pairs = digests[: count // 2 * 2]
    nodes = [merkle.node_hash(pairs[at].tobytes(), pairs[at + 1].tobytes()) for at in range(0, len(pairs), 2)]
    assert hashing.node_hashes(pairs).tobytes() == b"".join(nodes)
    assert Tree(digests).root == merkle.root_of(hashes(digests))


@pytest.mark.slow
def test_a_fault_of_the_compiled_code_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger_node.edge.trees import lanes

    monkeypatch.setattr(lanes, "leaves", lambda content, out: out.fill(0))
    with pytest.raises(hashing.HashingFault):
        hashing.leaf_hashes(random(hashing.FEW))
