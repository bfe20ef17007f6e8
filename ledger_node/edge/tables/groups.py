"""How many rows share their quasi-identifiers (k-anonymity), and how rare each word is: for the private report."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ledger_node.edge.attestation import SMALLEST_COUNT
from ledger_node.edge.tables.rows import Cells

if TYPE_CHECKING:
    from collections import Counter

    from numpy.typing import NDArray

    from ledger_node.proof.strict_json import Json

_ODD = np.uint64(0x9E3779B97F4A7C15)


class Groups:
    """Counts groups by a 64-bit key under a seed of this run: eight bytes a row, and no value is kept.

    Two groups of five million would share a key once in 1.5 million runs, and then count as one.
    """

    def __init__(self) -> None:
        self._seed = np.uint64(secrets.randbits(64))
        self._keys: list[NDArray[np.uint64]] = []

    def add(self, columns: Sequence[Cells]) -> None:
        """One batch's quasi-identifiers."""
        keys = np.full(len(columns[0].tags), self._seed, np.uint64)
        for column in columns:
            words = column.words.view(np.uint64)
            if column.payloads is not None:
                coded = column.payloads.dictionary_encode()
                hashes = np.array([hash(payload) for payload in coded.dictionary.to_pylist()], np.int64)
                words = words ^ hashes[coded.indices.to_numpy()].view(np.uint64)
            keys = _mixed(keys ^ _mixed(words + (column.tags.astype(np.uint64) << np.uint64(56))))
        self._keys.append(keys)

    def figures(self, out: Sequence[int] = ()) -> Json:
        """Of all rows but those at the places `out`, from 0. `k` is the size of the smallest group; rows and groups
        below ten are those of the smallest count."""
        if not self._keys:
            return None
        keys = np.delete(np.concatenate(self._keys), np.asarray(out, np.int64))
        if not len(keys):
            return None
        sizes = np.unique(keys, return_counts=True)[1]
        small = sizes[sizes < SMALLEST_COUNT]
        return {
            "k": int(sizes.min()),
            "groups": len(sizes),
            "groupsBelow10": len(small),
            "rowsInGroupsBelow10": int(small.sum()),
            "rowsAlone": int((sizes == 1).sum()),
        }


def small_cells(words: Counter[str]) -> Json:
    """How many different words a column has, and how many of them come in fewer than ten rows. No word is named."""
    small = [count for count in words.values() if count < SMALLEST_COUNT]
    return {"words": len(words), "wordsBelow10": len(small), "rowsOfWordsBelow10": sum(small)}


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)  # splitmix64's finaliser
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (keys ^ (keys >> np.uint64(31))) + _ODD
