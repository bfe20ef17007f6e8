"""Merkle trees of RFC 9162, section 2.1, over SHA-256: tree heads, inclusion proofs, consistency proofs.

Trees are given by their leaf hashes (32 bytes each), so that the leaves themselves need not be kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from ledger_node.errors import InvalidField

#: The head of a tree without leaves.
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256 of 0x00 and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class TreeBuilder:
    """A tree's head, leaf by leaf. Keeps one hash for each bit of the size."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []  # heads of the full subtrees, the largest first

    def add(self, leaf: bytes) -> None:
        """Appends a leaf's content."""
        self.add_hash(leaf_hash(leaf))

    def add_hash(self, digest: bytes) -> None:
        """Appends a leaf by its hash."""
        size = self.size
        while size & 1:
            digest = node_hash(self._full.pop(), digest)
            size >>= 1
        self._full.append(digest)
        self.size += 1

    def root(self) -> bytes:
        """The head of all leaves so far."""
        if not self._full:
            return EMPTY_ROOT
        digest = self._full[-1]
        for left in reversed(self._full[:-1]):
            digest = node_hash(left, digest)
        return digest


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The head of a tree (section 2.1.1)."""
    builder = TreeBuilder()
    for digest in leaf_hashes:
        builder.add_hash(digest)
    return builder.root()


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The way from leaf `index` (from 0) to the head, lowest first (section 2.1.3.1). Raises InvalidField."""
    if not 0 <= index < len(leaf_hashes):
        raise InvalidField("no such leaf", got=str(index), needed=f"0 to {len(leaf_hashes) - 1}")
    start, end = 0, len(leaf_hashes)
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(root_of(leaf_hashes[middle:end]))
            end = middle
        else:
            path.append(root_of(leaf_hashes[start:middle]))
            start = middle
    return tuple(reversed(path))


def verify_inclusion(digest: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows the leaf hash `digest` at `index` of the tree of `size` leaves (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            digest = node_hash(sibling, digest)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and digest == root


def consistency_proof(leaf_hashes: Sequence[bytes], first: int) -> tuple[bytes, ...]:
    """That the tree of the first `first` leaves is a prefix of all (section 2.1.4.1); empty for 0 and for all.

    Raises InvalidField when there are fewer leaves.
    """
    if not 0 <= first <= len(leaf_hashes):
        raise InvalidField("no such size", got=str(first), needed=f"0 to {len(leaf_hashes)}")
    if first in (0, len(leaf_hashes)):
        return ()
    start, end, whole = 0, len(leaf_hashes), True
    path: list[bytes] = []
    while first - start != end - start:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(root_of(leaf_hashes[middle:end]))
            end = middle
        else:
            path.append(root_of(leaf_hashes[start:middle]))
            start, whole = middle, False
    if not whole:
        path.append(root_of(leaf_hashes[start:end]))
    return tuple(reversed(path))


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `first` leaves is a prefix of that of `second` (section 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)
