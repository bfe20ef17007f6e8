"""A chain with contracts on it, and keys of one publisher that nobody has used."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger_node.chain import acts
from ledger_node.chain.acts import Acts
from ledger_node.chain.deploy import Founder, deploy
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner, create_keystore
from ledger_node.domain.codes import Capability, KeyRole
from ledger_node.domain.command import Command, Deployment, Listing
from ledger_node.localnet.anvil import start_anvil
from ledger_node.localnet.processes import free_port, stop

CHAIN_ID = 31_350
PUBLISHER = 1  # the organisation's number
#: So much that the engine's speed decides what a block holds.
BLOCK_GAS = 4_000_000_000
STEP = 3  # blocks of one question for logs: those of a busy chain are long


@dataclass(frozen=True, slots=True)
class Place:
    url: str
    ledger: RpcLedger
    deployment: Deployment
    folder: Path
    admin: KeystoreSigner

    def new_key(self) -> KeystoreSigner:
        """A fresh operator key of the publisher."""
        key = _key(self.folder)
        offers = Acts(self.ledger, self.deployment.contracts)
        offers.do([acts.offer(self.admin, key.address, KeyRole.OPERATOR)])
        offers.do([acts.accept(key, PUBLISHER)])
        return key

    def registered(self, key: KeystoreSigner, first: int) -> int:
        """How many models the chain says that a key registered since block `first`."""
        models = [Listing("models", 1, self.deployment.contracts.models)]
        last = self.ledger.head().number
        return sum(
            event.name == "ModelRegistered" and event.args["operator"] == key.address
            for start in range(first, last + 1, STEP)
            for event in self.ledger.events(models, start, min(start + STEP - 1, last))
        )


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    port = free_port()
    handle = start_anvil(port, CHAIN_ID, 2, folder / "chain.log", lambda _: None, gas_limit=BLOCK_GAS)
    try:
        ledger = RpcLedger(f"http://127.0.0.1:{port}")
        deployer, admin, operator, authority, inspector = (_key(folder) for _ in range(5))
        founders = [
            Founder("Publisher", admin.address, operator.address, Capability.PUBLISHER | Capability.CUSTODIAN),
            Founder("Regulator", authority.address, inspector.address, Capability.REGULATOR),
        ]
        yield Place(f"http://127.0.0.1:{port}", ledger, deploy(ledger, deployer, founders), folder, admin)
    finally:
        stop(handle)


def registration() -> Command:
    """A model that has not been registered."""
    salt, card = ("0x" + secrets.token_hex(32) for _ in range(2))
    return Command("model.register", "models", "registerModel", (salt, card))


def _key(folder: Path) -> KeystoreSigner:
    file = folder / f"{secrets.token_hex(8)}.json"
    create_keystore(file, "bench", iterations=4096)
    return KeystoreSigner.open(file, "bench", CHAIN_ID)
