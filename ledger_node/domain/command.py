"""A write before it is signed: which contract of which generation, which function, which arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ledger_node.domain.organisation import Generation
from ledger_node.errors import NotFound


@dataclass(frozen=True, slots=True)
class Command:
    """`kind` is the verb in our words (`consent.revoke`); `contract` the role of the contract in its generation.

    `subject` is the id that the write makes or changes, known before it is sent since ids are derived. `generation` is
    that of the fact which the write acts on; None for the newest, where all that is new is made.
    """

    kind: str
    contract: str
    function: str
    args: tuple[Any, ...]
    subject: str | None = None
    generation: int | None = None


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


#: What each generation has its own of.
GENERATION_ROLES = ("datasets", "consents", "training", "models", "anchors")
#: Most entries of one batch (`contracts/types/Batches.sol`).
MAX_BATCH = 100

CONTRACT_NAMES = ("consortium", *GENERATION_ROLES)
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
class Listing:
    """A contract that the consortium lists. `generation` is 0 for the Consortium itself, which is of none."""

    role: str
    generation: int
    address: str


@dataclass(frozen=True, slots=True)
class Generations:
    """The contracts of every generation: the first's by the deployment record, further ones as votes registered them,
    by number. The Consortium is the same in all."""

    first: Contracts
    further: tuple[Generation, ...] = ()

    @classmethod
    def known(cls, first: Contracts, registered: list[Generation]) -> Generations:
        """`registered` may hold the first generation too, whose addresses the deployment record pins."""
        return cls(first, tuple(sorted((g for g in registered if g.number > 1), key=lambda g: g.number)))

    @property
    def newest(self) -> int:
        return self.further[-1].number if self.further else 1

    def contracts_of(self, number: int | None = None) -> Contracts:
        """The contracts of a generation, None for the newest. NotFound when there is no such generation."""
        wanted = self.newest if number is None else number
        if wanted == 1:
            return self.first
        for found in self.further:
            if found.number == wanted:
                places = {role: getattr(found, role) for role in GENERATION_ROLES}
                return Contracts(consortium=self.first.consortium, **places)
        raise NotFound("there is no such generation", got=str(wanted), needed=f"1 to {self.newest}")

    def address_of(self, command: Command) -> str:
        """Where a command goes. The Consortium is of no generation, so a command to it needs none."""
        if command.contract == "consortium":
            return self.first.consortium
        return self.contracts_of(command.generation).address_of(command.contract)

    def listings(self) -> list[Listing]:
        return [Listing("consortium", 0, self.first.consortium)] + [
            Listing(role, number, self.contracts_of(number).address_of(role))
            for number in (1, *(found.number for found in self.further))
            for role in GENERATION_ROLES
        ]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a node refuses to differ from: the chain, its first block, and the code of the first generation's contracts.

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
