"""Waiting until what was mined stays: signers may still exchange their newest blocks, and with them the order in which
transactions of different keys take effect."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ledger_node.chain.rpc import RpcLedger
from ledger_node.errors import NetworkState

TIMEOUT = 120.0  # seconds


def settle(ledger: RpcLedger, transactions: Sequence[str], depth: int) -> None:
    """Until each has `depth` blocks on top of its own, wherever that comes to be. NetworkState when it takes long."""
    if depth == 0:
        return
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        head = ledger.head().number
        receipts = [ledger.receipt(transaction) for transaction in transactions]
        if all(receipt is not None and receipt.block + depth <= head for receipt in receipts):
            return
        time.sleep(0.2)
    raise NetworkState("the chain does not settle", needed="see the engines' logs in the network's folder")


def settled_creation(ledger: RpcLedger, address: str, first: int, depth: int) -> int:
    """The block that made the contract at `address`, not before `first`, once there are `depth` blocks on top."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        settled = ledger.head().number - depth
        for number in range(first, settled + 1):
            if ledger.call("eth_getCode", address, hex(number)) != "0x":
                return number
        time.sleep(0.2)
    raise NetworkState("the chain does not settle", needed="see the engines' logs in the network's folder")
