"""A chain with many events on it: heads of one device stream, a hundred in a transaction, a thousand in a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eth_account import Account

from ledger_node.chain import abi
from ledger_node.chain.deploy import Founder, deploy
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.domain.codes import Capability
from ledger_node.domain.command import MAX_BATCH, Command, Deployment
from scripts.bench.gas.chain import CHAIN_ID, running

#: Ponder fetches each block with events, only some dozens a second at first: dense blocks keep that out of the ratio.
BATCHES_OF_A_BLOCK = 10
FINAL_AFTER = 128  # blocks behind the last event: ponder shows what anvil calls finalized, which is the head less 64
PADDING = 128  # sizes of a stream are multiples of it


COUNTED = 20  # blocks of one question for logs: an answer has a largest size


@dataclass(frozen=True, slots=True)
class Chain:
    """`events` is how many logs its contracts wrote, by an independent count."""

    url: str
    deployment: Deployment
    events: int


@contextmanager
def chain_of(folder: Path, events: int) -> Iterator[Chain]:
    """`events` anchors, and the few events of the consortium's founding."""
    with running(folder) as url:
        ledger = RpcLedger(url, timeout=120)
        keys = [KeystoreSigner(Account.create(), CHAIN_ID) for _ in range(5)]
        hospital = Founder("Aurora Institute", keys[1].address, keys[2].address, Capability.CUSTODIAN)
        authority = Founder("Health Authority", keys[3].address, keys[4].address, Capability.REGULATOR)
        deployment = deploy(ledger, keys[0], [hospital, authority])
        ledger.call("evm_setAutomine", False)
        _anchor(ledger, keys[2], deployment, events)
        ledger.call("anvil_mine", hex(FINAL_AFTER))
        yield Chain(url, deployment, _count(ledger, deployment))


def _anchor(ledger: RpcLedger, hospital: KeystoreSigner, deployment: Deployment, events: int) -> None:
    to = deployment.contracts.anchors

    def signed(function: str, nonce: int, *args: object) -> str:
        return hospital.sign(to, abi.calldata_of(Command("", "anchors", function, args)), nonce).raw

    ledger.call("eth_sendRawTransaction", signed("registerStream", 0, "0x" + "01" * 32, 1))
    ledger.call("evm_mine")
    (log,) = ledger.call("eth_getLogs", {"fromBlock": "earliest", "address": to})
    stream = log["topics"][1]
    sizes = range(PADDING, (events + 1) * PADDING, PADDING)
    for nonce, first in enumerate(range(0, events, MAX_BATCH), start=1):
        heads = [(stream, size, f"0x{size:064x}") for size in sizes[first : first + MAX_BATCH]]
        ledger.call("eth_sendRawTransaction", signed("anchorAll", nonce, heads))
        if nonce % BATCHES_OF_A_BLOCK == 0:
            ledger.call("evm_mine")


def _count(ledger: RpcLedger, deployment: Deployment) -> int:
    head, addresses = ledger.head().number, [address for _, address in deployment.contracts.items()]
    return sum(
        len(ledger.call("eth_getLogs", {"fromBlock": hex(at), "toBlock": hex(at + COUNTED - 1), "address": addresses}))
        for at in range(0, head + 1, COUNTED)
    )
