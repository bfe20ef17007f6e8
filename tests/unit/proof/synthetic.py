"""A chain in memory: state and storage tries filled from facts, and the answers that an RPC would give of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import rlp
from trie import HexaryTrie

from ledger_node.proof import Contracts, Facts, assemble, dump, words_needed
from ledger_node.proof.facts import (
    Consent,
    Contribution,
    Dataset,
    DatasetVersion,
    Input,
    LogEntry,
    Model,
    ModelVersion,
    Organisation,
    Round,
    Run,
    ordered,
)
from ledger_node.proof.hashing import keccak256, sha256, to_hex
from ledger_node.proof.layout import CONTRACTS
from ledger_node.proof.words import words_of

CHAIN_ID = 700_123
GENESIS = keccak256(b"genesis")
NOW = 1_900_000_000


def tag(name: str) -> bytes:
    """32 bytes that stand for a thing of this name."""
    return hashlib.sha256(name.encode()).digest()


def address(name: str) -> bytes:
    return tag(name)[:20]


ADDRESSES = Contracts(**{name: address(f"contract {name}") for name in CONTRACTS})
DOCUMENTS = {
    name: json.dumps({"about": name, "said": "Ärztin, Größe ≤ 3 µm\n"}, ensure_ascii=False).encode()
    for name in (
        *("card A1", "card A2", "card B1", "attestation A1", "attestation A2", "attestation B1"),
        *("policy A", "policy B", "card model", "card base run", "card run", "card base version", "card version"),
    )
}
DOCUMENTS["policy B"] = b"%PDF-1.7\xff\xfe not text"
SUBJECT = tag("version")


def digest(name: str) -> bytes:
    return sha256(DOCUMENTS[name])


def lineage() -> Facts:
    """A version trained in two rounds with two hospitals, on a base version trained with one of them."""
    facts = Facts(
        organisations=(
            Organisation(1, "Universitätsspital Nord", address("admin 1"), 1, False, 1),
            Organisation(2, "Hôpital Sud", address("admin 2"), 1, False, 2),
            Organisation(3, 'Imaging "AI" GmbH & Co. KG', address("admin 3"), 2, True, 1),
            Organisation(5, "Medicines Agency", address("admin 5"), 4, False, 1),
        ),
        datasets=(Dataset(tag("dataset A"), 1, 2, 1), Dataset(tag("dataset B"), 2, 3, 1)),
        dataset_versions=tuple(
            DatasetVersion(
                tag(f"dataset {name}"),
                number,
                custodian,
                NOW - 9000 + number,
                tag(f"root {name}{number}"),
                digest(f"card {name}{number}"),
                digest(f"attestation {name}{number}"),
                0b1_0000_0000_0011,
                4,
                0,
                number - 1,
                NOW - 9900,
            )
            for name, number, custodian in (("A", 1, 1), ("A", 2, 1), ("B", 1, 2))
        ),
        consents=(
            _consent("A", 1, 1, rounds_used=3, log=()),
            _consent(
                "B",
                2,
                2,
                rounds_used=2,
                log=(
                    LogEntry(0, 2, 2, NOW - 7000, 0),
                    LogEntry(1, 2, 2, NOW - 5000, 0),
                    LogEntry(2, 6, 5, NOW - 300, NOW + 1000),
                    LogEntry(3, 0, 2, NOW - 200, 0),
                ),
            ),
        ),
        models=(Model(tag("model"), 3, digest("card model"), 2),),
        runs=(
            Run(
                tag("base run"),
                3,
                NOW - 8000,
                tag("model"),
                1,
                0b1000_0001,
                bytes(32),
                digest("card base run"),
                (Input(tag("dataset A"), 1, tag("consent A")),),
                (),
                1,
                tag("base result"),
                NOW - 7900,
            ),
            Run(
                tag("run"),
                3,
                NOW - 4000,
                tag("model"),
                2,
                0b1000_0001,
                bytes(32),
                digest("card run"),
                (
                    Input(tag("dataset A"), 2, tag("consent A")),
                    Input(tag("dataset B"), 1, tag("consent B")),
                ),
                (
                    Round(
                        NOW - 3900,
                        (
                            Contribution(2, 1, tag("update 1B"), 0, NOW - 3800),
                            Contribution(1, 0, tag("update 1A"), 0, NOW - 3800),
                        ),
                        tag("aggregate 1"),
                        NOW - 3700,
                    ),
                    Round(
                        NOW - 3600,
                        (Contribution(1, 0, tag("update 2A"), 7, NOW - 3500),),
                        tag("aggregate 2"),
                        NOW - 3400,
                    ),
                ),
                1,
                tag("result"),
                NOW - 3300,
            ),
        ),
        model_versions=(
            ModelVersion(
                tag("base version"),
                tag("model"),
                3,
                1,
                NOW - 7000,
                tag("base run"),
                tag("artifact 1"),
                digest("card base version"),
                (),
            ),
            ModelVersion(
                SUBJECT,
                tag("model"),
                3,
                2,
                NOW - 3000,
                tag("run"),
                tag("artifact 2"),
                digest("card version"),
                (tag("base version"),),
            ),
        ),
    )
    return ordered(facts)


def _consent(name: str, number: int, custodian: int, *, rounds_used: int, log: tuple[LogEntry, ...]) -> Consent:
    return Consent(
        id=tag(f"consent {name}"),
        grantor=custodian,
        issued_at=NOW - 8500,
        dataset=tag(f"dataset {name}"),
        grantee=3,
        version_from=1,
        version_to=0 if number == 1 else 1,
        basis=2,
        purposes=0b1000_0011,
        operations=0b11_0011,
        not_before=NOW - 8600,
        expires_at=NOW + 86_400,
        max_rounds=10,
        project_ref=bytes(32),
        policy_digest=digest(f"policy {name}"),
        rounds_used=rounds_used,
        log=log,
    )


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
            self.state[keccak256(address(f"{name} other {position}"))] = _account(HexaryTrie({}).root_hash, b"")
        for contract, trie in self.storage.items():
            self.state[keccak256(getattr(contracts, contract))] = _account(trie.root_hash, code_of(contract))
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
            "subject": SUBJECT,
            "facts": self.facts,
            "documents": DOCUMENTS.values(),
            "header": self.block,
            "proofs": self.proofs(words_needed(self.facts)),
        }
        return assemble(**(given | changes))

    def trust(self, **changes: Any) -> dict[str, Any]:
        return {
            "format": "medledger-trust/1",
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


def _account(storage_root: bytes, code: bytes) -> bytes:
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
