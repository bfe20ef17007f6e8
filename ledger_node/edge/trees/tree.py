"""A whole tree in arrays, lowest level first: heads, inclusion proofs and consistency proofs without hashing again.

A level has a digest for each pair of the level below; a last one without a partner is carried up as it is, which is
RFC 9162's tree (section 2.1.1: the left subtree is the largest full one). All levels take twice the leaves' own bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ledger_node.edge.trees.hashing import leaf_hashes, node_hashes
from ledger_node.errors import InvalidField
from ledger_node.proof.merkle import EMPTY_ROOT

if TYPE_CHECKING:
    from ledger_node.edge.trees.hashing import Bytes


class Tree:
    """The tree over `leaves`, (n, 32) uint8, in their order."""

    def __init__(self, leaves: Bytes) -> None:
        self.size = len(leaves)
        level = leaf_hashes(leaves)
        self._levels = [level]
        while len(level) > 1:
            even = len(level) // 2 * 2
            above = np.empty(((len(level) + 1) // 2, 32), np.uint8)
            above[: even // 2] = node_hashes(level[:even])
            above[even // 2 :] = level[even:]
            self._levels.append(above)
            level = above

    @property
    def nbytes(self) -> int:
        """Bytes that all levels take."""
        return sum(level.nbytes for level in self._levels)

    @property
    def root(self) -> bytes:
        """The head (section 2.1.1)."""
        return self._head(0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """The way from leaf `index` (from 0) to the head, lowest first (section 2.1.3.1). Raises InvalidField."""
        if not 0 <= index < self.size:
            raise InvalidField("no such leaf", got=str(index), needed=f"0 to {self.size - 1}")
        path = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                path.append(level[index ^ 1].tobytes())
            index >>= 1
        return tuple(path)

    def inclusion_proofs(self, indices: Sequence[int]) -> list[tuple[bytes, ...]]:
        """One proof for each index, level by level for all of them. Raises InvalidField."""
        at = np.asarray(indices, np.int64)
        if len(at) and (at.min() < 0 or at.max() >= self.size):
            raise InvalidField("no such leaf", got="an index beyond the tree", needed=f"0 to {self.size - 1}")
        columns = []
        for level in self._levels[:-1]:
            sibling = at ^ 1
            there = sibling < len(level)
            content = level[np.where(there, sibling, 0)].tobytes()
            column: list[bytes | None] = [content[place : place + 32] for place in range(0, len(content), 32)]
            for place in np.flatnonzero(~there):
                column[place] = None
            columns.append(column)
            at = at >> 1
        if not columns:
            return [()] * len(at)
        return [tuple(filter(None, path)) for path in zip(*columns, strict=True)]

    def consistency_proof(self, first: int) -> tuple[bytes, ...]:
        """That the tree of the first `first` leaves is a prefix of this one (section 2.1.4.1). Raises InvalidField."""
        if not 0 <= first <= self.size:
            raise InvalidField("no such size", got=str(first), needed=f"0 to {self.size}")
        if first in (0, self.size):
            return ()
        start, end, whole = 0, self.size, True
        path = []
        while first != end:
            middle = start + (1 << ((end - start - 1).bit_length() - 1))
            if first <= middle:
                path.append(self._head(middle, end))
                end = middle
            else:
                path.append(self._head(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._head(start, end))
        return tuple(reversed(path))

    def _head(self, start: int, end: int) -> bytes:
        """Of the subtree over leaves `start` to `end`, one that the recursion of section 2.1.1 meets."""
        height = (end - start - 1).bit_length()
        digest: bytes = self._levels[height][start >> height].tobytes()
        return digest
