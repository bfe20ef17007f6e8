"""The rival: each word's two proofs checked by themselves with web3 and py-trie, from an RPC's own answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rlp
from hexbytes import HexBytes
from trie import HexaryTrie
from web3 import Web3


def check(state_root: HexBytes, proof: Mapping[str, Any], place: int) -> bool:
    """Whether the word at `place` of an eth_getProof answer is what the answer says, below the state root."""
    key = Web3.keccak(HexBytes(proof["address"]))
    account = rlp.decode(HexaryTrie.get_from_proof(state_root, key, _nodes(proof["accountProof"])))
    word = proof["storageProof"][place]
    slot = Web3.keccak(HexBytes(word["key"]).rjust(32, b"\0"))
    found = HexaryTrie.get_from_proof(account[2], slot, _nodes(word["proof"]))
    return int.from_bytes(rlp.decode(found) if found else b"", "big") == int(word["value"], 16)


def _nodes(encoded: list[str]) -> list[Any]:
    return [rlp.decode(bytes(HexBytes(node))) for node in encoded]
