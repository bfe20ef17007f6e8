"""A write before it is signed: which contract, which function, which arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Command:
    """`kind` is the verb in our words (`consent.revoke`); `contract` the role of the contract in its generation.

    `subject` is the id that the write makes or changes, known before it is sent since ids are derived.
    """

    kind: str
    contract: str
    function: str
    args: tuple[Any, ...]
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The caller's key for one write, and the digest of what was asked with it (0x-hex of 32 bytes)."""

    key: str
    request_digest: str


@dataclass(frozen=True, slots=True)
class Contracts:
    """The addresses of one generation, checksummed 0x-hex."""

    consortium: str
    datasets: str
    consents: str
    training: str
    models: str
    anchors: str

    def address_of(self, name: str) -> str:
        return str(getattr(self, name))

    def items(self) -> list[tuple[str, str]]:
        return [(name, self.address_of(name)) for name in CONTRACT_NAMES]


CONTRACT_NAMES = ("consortium", "datasets", "consents", "training", "models", "anchors")
#: The Solidity contract behind each role.
CONTRACT_TYPES = {
    "consortium": "Consortium",
    "datasets": "DatasetRegistry",
    "consents": "ConsentToken",
    "training": "TrainingLog",
    "models": "ModelRegistry",
    "anchors": "AnchorLog",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a node refuses to differ from: the chain, its first block, and the code of every contract.

    `code_hashes` maps a contract's role to keccak-256 of its deployed code.
    """

    chain_id: int
    genesis: str
    block: int
    contracts: Contracts
    code_hashes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this node is: the organisation behind its operator key."""

    organisation: int
    operator: str
    deployment: Deployment
