"""A chain with nothing but contracts on it: a first generation, and a second one entered by vote."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eth_abi import encode
from eth_account import Account

from ledger_node.chain import abi
from ledger_node.chain.deploy import Founder, deploy, deploy_generation
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.config import deployment_json
from ledger_node.domain.codes import Capability, ProposalKind
from ledger_node.domain.command import GENERATION_ROLES, Command, Contracts, Generations
from ledger_node.localnet.anvil import start_anvil
from ledger_node.localnet.processes import Handle, free_port, stop

CHAIN_ID = 31_338


@dataclass(frozen=True, slots=True)
class Chain:
    """`record` is the deployment record; `operators` are those of the custodian and of the regulator."""

    ledger: RpcLedger
    url: str
    record: Path
    contracts: Contracts
    deployer: KeystoreSigner
    operators: tuple[KeystoreSigner, KeystoreSigner]

    def write(self, signer: KeystoreSigner, function: str, *args: object) -> None:
        calldata = abi.calldata_of(Command("", "consortium", function, args))
        nonce = self.ledger.transaction_count(signer.address)
        self._mined(signer.sign(self.contracts.consortium, calldata, nonce))

    def second_generation(self) -> Contracts:
        """Further contracts of the same source, listed by the vote of both organisations."""
        made = deploy_generation(self.ledger, self.deployer, self.contracts.consortium)
        addresses = [made.address_of(role) for role in GENERATION_ROLES]
        payload = "0x" + encode(["address"] * len(addresses), addresses).hex()
        kind = int(ProposalKind.REGISTER_GENERATION)
        self.write(self.operators[0], "propose", "0x" + "01" * 32, kind, payload)
        for operator in self.operators:
            self.write(operator, "vote", 1, True)
        self.write(self.operators[0], "execute", 1, payload)
        return made

    def _mined(self, signed: object) -> None:
        self.ledger.send(signed.raw)  # type: ignore[attr-defined]
        deadline = time.monotonic() + 30
        while (receipt := self.ledger.receipt(signed.hash)) is None:  # type: ignore[attr-defined]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert receipt.status == 1, self.ledger.outcome(receipt, Generations(self.contracts).listings())


@contextmanager
def chain(folder: Path) -> Iterator[Chain]:
    """A custodian and a regulator on an engine of their own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    handles: list[Handle] = []
    try:
        start_anvil(port, CHAIN_ID, 0.1, folder / "chain.log", handles.append)
        ledger = RpcLedger(url)
        keys = [KeystoreSigner(Account.create(), CHAIN_ID) for _ in range(5)]
        founders = (
            Founder("Hospital", keys[1].address, keys[2].address, Capability.CUSTODIAN),
            Founder("Regulator", keys[3].address, keys[4].address, Capability.REGULATOR),
        )
        deployment = deploy(ledger, keys[0], founders)
        record = folder / "deployment.json"
        record.write_text(deployment_json(deployment))
        yield Chain(ledger, url, record, deployment.contracts, keys[0], (keys[2], keys[4]))
    finally:
        for handle in handles:
            stop(handle)
