"""The trie nodes of all of a bundle's proofs, each once, and what they show below a state root."""

from __future__ import annotations

from collections.abc import Iterable

from ledger_node.errors import EvidenceMalformed
from ledger_node.proof import trie
from ledger_node.proof.hashing import keccak256


class NodeTable:
    """Trie nodes by hash. It remembers which of them a walk has used."""

    def __init__(self, nodes: Iterable[bytes]) -> None:
        self._encoded = {keccak256(node): node for node in nodes}
        self._decoded: dict[bytes, trie.Node] = {}

    def account(self, state_root: bytes, address: bytes) -> trie.Account | None:
        """The account of `address`, None when there is none. Raises EvidenceMalformed when the nodes do not show it."""
        value = trie.walk(state_root, keccak256(address), self._fetch)
        return None if value is None else trie.account(value)

    def word(self, storage_root: bytes, slot: bytes) -> bytes:
        """The word in `slot` (32 bytes each), zero when absent. Raises EvidenceMalformed as above."""
        return trie.storage_word(trie.walk(storage_root, keccak256(slot), self._fetch))

    def used(self) -> tuple[bytes, ...]:
        """The nodes that some walk needed, in rising order."""
        return tuple(sorted(self._encoded[digest] for digest in self._decoded))

    def unused(self) -> int:
        """How many nodes no walk needed."""
        return len(self._encoded) - len(self._decoded)

    def _fetch(self, digest: bytes) -> trie.Node:
        if digest not in self._decoded:
            if digest not in self._encoded:
                raise EvidenceMalformed("a proof node is missing", got=f"{len(self._encoded)} nodes")
            self._decoded[digest] = trie.decoded(self._encoded[digest])
        return self._decoded[digest]
