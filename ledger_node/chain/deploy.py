"""A first generation of contracts on a new chain."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eth_utils import keccak, to_checksum_address
from rlp import encode as rlp_encode

from ledger_node.chain import abi
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.domain.codes import Capability
from ledger_node.domain.command import CONTRACT_NAMES, Contracts, Deployment
from ledger_node.errors import ChainAnswerInvalid

CREATION_GAS = 8_000_000
DEPLOYMENT_TIMEOUT = 60  # seconds


@dataclass(frozen=True, slots=True)
class Founder:
    """A member from the first block on: its admin key, its first operator key, a legal entity's name."""

    name: str
    admin: str
    operator: str
    capabilities: Capability
    for_profit: bool = False


def created_address(creator: str, nonce: int) -> str:
    """The address of the contract that `creator` makes with this nonce (Ethereum Yellow Paper, §7)."""
    return to_checksum_address(keccak(rlp_encode([bytes.fromhex(creator[2:]), nonce]))[12:])


def deploy(
    ledger: RpcLedger,
    deployer: KeystoreSigner,
    founders: Sequence[Founder],
    progress: Callable[[int, int], None] | None = None,
) -> Deployment:
    """Makes the six contracts, whose addresses the first one is told in advance, and returns the record of them."""
    first = ledger.transaction_count(deployer.address)
    addresses = {name: created_address(deployer.address, first + i) for i, name in enumerate(CONTRACT_NAMES)}
    contracts = Contracts(**addresses)
    arguments: dict[str, Sequence[object]] = {
        "consortium": (
            [(f.admin, int(f.capabilities), f.for_profit, f.name) for f in founders],
            [f.operator for f in founders],
            (contracts.datasets, contracts.consents, contracts.training, contracts.models, contracts.anchors),
        ),
        "datasets": (contracts.consortium,),
        "consents": (contracts.consortium, contracts.datasets),
        "training": (contracts.consortium, contracts.consents, contracts.datasets),
        "models": (contracts.consortium, contracts.consents, contracts.training),
        "anchors": (contracts.consortium,),
    }
    hashes = []
    for position, name in enumerate(CONTRACT_NAMES):
        signed = deployer.sign_creation(abi.constructor_of(name, arguments[name]), first + position, CREATION_GAS)
        ledger.send(signed.raw)
        hashes.append(signed.hash)
    blocks = []
    for position, transaction in enumerate(hashes):
        blocks.append(_mined(ledger, transaction))
        if progress is not None:
            progress(position + 1, len(hashes))
    genesis = ledger.block(0)
    assert genesis is not None  # a chain that mined has a first block
    codes = {name: ledger.code_hash(address) for name, address in contracts.items()}
    return Deployment(ledger.chain_id(), genesis.hash, min(blocks), contracts, codes)


def _mined(ledger: RpcLedger, transaction: str) -> int:
    deadline = time.monotonic() + DEPLOYMENT_TIMEOUT
    while time.monotonic() < deadline:
        receipt = ledger.receipt(transaction)
        if receipt is not None:
            if receipt.status != 1:
                raise ChainAnswerInvalid("the chain refused to create a contract", needed="an EVM of Paris or later")
            return receipt.block
        time.sleep(0.1)
    raise ChainAnswerInvalid("a contract was not mined in time", needed=f"a block within {DEPLOYMENT_TIMEOUT} seconds")
