"""Contracts on a chain: a consortium with its first generation, and further generations."""

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
from ledger_node.domain.command import GENERATION_ROLES, Contracts, Deployment
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
    nonce = ledger.transaction_count(deployer.address)
    consortium = created_address(deployer.address, nonce)
    contracts = _predicted(consortium, deployer.address, nonce + 1)
    founding = (
        [(f.admin, int(f.capabilities), f.for_profit, f.name) for f in founders],
        [f.operator for f in founders],
        tuple(contracts.address_of(role) for role in GENERATION_ROLES),
    )
    creations = [abi.constructor_of("consortium", founding), *_creations(contracts)]
    block = _create(ledger, deployer, nonce, creations, progress)
    genesis = ledger.block(0)
    assert genesis is not None  # a chain that mined has a first block
    codes = {name: ledger.code_hash(address) for name, address in contracts.items()}
    return Deployment(ledger.chain_id(), genesis.hash, block, contracts, codes)


def deploy_generation(
    ledger: RpcLedger,
    deployer: KeystoreSigner,
    consortium: str,
    progress: Callable[[int, int], None] | None = None,
) -> Contracts:
    """Makes the five contracts of a further generation for the Consortium at an address, and returns their addresses.

    Anyone may: they count once a vote has registered them.
    """
    nonce = ledger.transaction_count(deployer.address)
    contracts = _predicted(consortium, deployer.address, nonce)
    _create(ledger, deployer, nonce, _creations(contracts), progress)
    return contracts


def _predicted(consortium: str, deployer: str, nonce: int) -> Contracts:
    """A generation's addresses when its contracts are created in their order, the first with this nonce."""
    places = {role: created_address(deployer, nonce + i) for i, role in enumerate(GENERATION_ROLES)}
    return Contracts(consortium=consortium, **places)


def _creations(contracts: Contracts) -> list[str]:
    """The creation code of a generation's five contracts, in their order. They name one another: a constructor's
    parameters are called for the roles whose addresses they take."""
    return [
        abi.constructor_of(role, [contracts.address_of(name) for name in abi.constructor_parameters(role)])
        for role in GENERATION_ROLES
    ]


def _create(
    ledger: RpcLedger,
    deployer: KeystoreSigner,
    nonce: int,
    creations: Sequence[str],
    progress: Callable[[int, int], None] | None,
) -> int:
    """Sends all, then waits for all; the first block that holds one."""
    hashes = []
    for position, code in enumerate(creations):
        signed = deployer.sign_creation(code, nonce + position, CREATION_GAS)
        ledger.send(signed.raw)
        hashes.append(signed.hash)
    blocks = []
    for position, transaction in enumerate(hashes):
        blocks.append(_mined(ledger, transaction))
        if progress is not None:
            progress(position + 1, len(hashes))
    return min(blocks)


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
