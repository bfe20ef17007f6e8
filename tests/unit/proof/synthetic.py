"""A chain in memory: state and storage tries filled from facts, and the answers that an RPC would give of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import rlp
from trie import HexaryTrie

from ledger_node.proof import Contracts, Facts, assemble, dump, words_needed
from ledger_node.proof.hashing import keccak256, to_hex
from ledger_node.proof.layout import CONTRACTS
from ledger_node.proof.words import words_of

from .story import ABOUT, DOCUMENTS, NOW, address, tag
from .story import lineage as lineage

CHAIN_ID = 700_123
GENESIS = keccak256(b"genesis")
ADDRESSES = Contracts(**{name: address(f"contract {name}") for name in CONTRACTS})


class Chain:
    """One block whose state holds the facts, and much else, so that proofs have branches to go down."""

    def __init__(self, facts: Facts, *, name: str = "here", contracts: Contracts = ADDRESSES) -> None:
        self.facts = facts
        self.contracts = contracts
        self.storage = {contract: HexaryTrie({}) for contract in CONTRACTS}
        for contract, trie in self.storage.items():
            for position in range(64):
                trie[keccak256(tag(f"{name} other {contract} {position}"))] = rlp.encode(bytes([position + 1]))
        for _, words in words_of(facts):
            for word in words:
                if any(word.value):
                    self.storage[word.contract][keccak256(word.slot)] = rlp.encode(word.value.lstrip(b"\0"))
        self.state = HexaryTrie({})
        for position in range(64):
            self.state[keccak256(address(f"{name} other {position}"))] = account(HexaryTrie({}).root_hash, b"")
        for contract, trie in self.storage.items():
            self.state[keccak256(getattr(contracts, contract))] = account(trie.root_hash, code_of(contract))
        self.block = block(4711, self.state.root_hash, tag(f"{name} parent"), NOW)

    def proofs(self, slots: Mapping[str, Iterable[str]]) -> list[dict[str, Any]]:
        """What eth_getProof answers for each contract."""
        return [self.proof(contract, wanted) for contract, wanted in slots.items()]

    def proof(self, contract: str, slots: Iterable[str]) -> dict[str, Any]:
        trie = self.storage[contract]
        where = getattr(self.contracts, contract)
        return {
            "address": to_hex(where),
            "accountProof": proof_nodes(self.state, keccak256(where)),
            "balance": "0x0",
            "nonce": "0x1",
            "codeHash": to_hex(keccak256(code_of(contract))),
            "storageHash": to_hex(trie.root_hash),
            "storageProof": [
                {"key": slot, "value": "0x1", "proof": proof_nodes(trie, keccak256(bytes.fromhex(slot[2:])))}
                for slot in slots
            ],
        }

    def bundle(self, **changes: Any) -> dict[str, Any]:
        given: dict[str, Any] = {
            "chain_id": CHAIN_ID,
            "genesis": GENESIS,
            "contracts": self.contracts,
            "subject": ABOUT,
            "facts": self.facts,
            "documents": DOCUMENTS.values(),
            "header": self.block,
            "proofs": self.proofs(words_needed(self.facts)),
        }
        return assemble(**(given | changes))

    def trust(self, **changes: Any) -> dict[str, Any]:
        return {
            "format": "medledger-trust/2",
            "chainId": CHAIN_ID,
            "genesis": to_hex(GENESIS),
            "checkpoint": {"number": 4711, "hash": self.block["hash"]},
            "contracts": {
                name: {
                    "address": to_hex(getattr(self.contracts, name)),
                    "codeHash": to_hex(keccak256(code_of(name))),
                }
                for name in CONTRACTS
            },
        } | changes


def bundle_bytes(chain: Chain, **changes: Any) -> bytes:
    return dump(chain.bundle(**changes))


def code_of(contract: str) -> bytes:
    return b"code of " + contract.encode()


def proof_nodes(trie: HexaryTrie, key: bytes) -> list[str]:
    """The nodes on the way to a key, without those that lie within their parents."""
    encoded = [rlp.encode(node) for node in trie.get_proof(key)]
    return [to_hex(node) for position, node in enumerate(encoded) if position == 0 or len(node) >= 32]


def account(storage_root: bytes, code: bytes) -> bytes:
    return bytes(rlp.encode([b"\x01", b"", storage_root, keccak256(code)]))


def block(number: int, state_root: bytes, parent: bytes, time: int) -> dict[str, Any]:
    """A London block as an RPC shows it, with keys that its hash does not cover."""
    empty = keccak256(b"\x80")
    raw = [
        parent,
        keccak256(b"\xc0"),
        address("miner"),
        state_root,
        empty,
        empty,
        bytes(256),
        _scalar(1),
        _scalar(number),
        _scalar(30_000_000),
        _scalar(21_000),
        _scalar(time),
        b"medledger",
        bytes(32),
        bytes(8),
        b"",
    ]
    names = (
        *(
            "parentHash",
            "sha3Uncles",
            "miner",
            "stateRoot",
            "transactionsRoot",
            "receiptsRoot",
            "logsBloom",
            "difficulty",
        ),
        *("number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas"),
    )
    quantities = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"}
    shown = {
        name: hex(int.from_bytes(part, "big")) if name in quantities else to_hex(part)
        for name, part in zip(names, raw, strict=True)
    }
    return shown | {
        "hash": to_hex(keccak256(rlp.encode(raw))),
        "size": "0x220",
        "totalDifficulty": "0x1",
        "transactions": [],
        "uncles": [],
        "parentBeaconBlockRoot": to_hex(bytes(32)),
    }


def _scalar(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def without(facts: Facts, kind: str, position: int = 0) -> Facts:
    """The facts with one of a kind taken away."""
    kept = list(getattr(facts, kind))
    del kept[position]
    return replace(facts, **{kind: tuple(kept)})


def changed(facts: Facts, kind: str, key: Any, **fields: Any) -> Facts:
    """The facts with one of a kind made another: by its id, number, or dataset and number."""
    known = getattr(facts, kind)
    assert any(key_of(fact) == key for fact in known)
    return replace(facts, **{kind: tuple(replace(one, **fields) if key_of(one) == key else one for one in known)})


def found(facts: Facts, kind: str, key: Any) -> Any:
    """One of a kind, by the same keys."""
    (one,) = (fact for fact in getattr(facts, kind) if key_of(fact) == key)
    return one


def key_of(fact: Any) -> Any:
    if hasattr(fact, "id"):
        return fact.id
    return (fact.dataset, fact.number) if hasattr(fact, "dataset") else fact.number
