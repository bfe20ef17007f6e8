"""What a local network is made of: chosen once, when it is first brought up."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from ledger_node.errors import InvalidField

Engine = Literal["anvil", "clique"]
Blobs = Literal["folder", "kubo"]
Store = Literal["sqlite", "postgresql"]

CHAIN_ID = 20260
MOST_SIGNERS = 21  # on one machine; each is a process of some 60 MB


@dataclass(frozen=True, slots=True)
class Settings:
    """`block_time` is in seconds. `signers` counts on Clique only: anvil is one process without consensus."""

    chain_id: int = CHAIN_ID
    block_time: float = 1.0
    engine: Engine = "anvil"
    signers: int = 5
    blobs: Blobs = "folder"
    store: Store = "sqlite"

    def __post_init__(self) -> None:
        """InvalidField names the first that cannot be."""
        for name, choices in (("engine", Engine), ("blobs", Blobs), ("store", Store)):
            if getattr(self, name) not in get_args(choices):
                raise InvalidField(f"there is no such {name}", needed=" or ".join(get_args(choices)))
        if not 1 <= self.signers <= MOST_SIGNERS:
            raise InvalidField("so many signers cannot be", got=str(self.signers), needed=f"1 to {MOST_SIGNERS}")
        if not (self.chain_id > 0 and self.block_time > 0):
            raise InvalidField("chain id or block time cannot be", needed="numbers above 0")

    def differing(self, asked: dict[str, object]) -> list[str]:
        """Names of those that were asked for otherwise."""
        made = asdict(self)
        return [name for name, value in asked.items() if made[name] != value]
