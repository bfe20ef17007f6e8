"""The first block of a QBFT chain, as Besu's `genesis.json` describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger_node.proof.extra_data import VANITY, ExtraData
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.qbft import MIX_HASH

EPOCH = 30_000  # blocks after which pending votes on validators are forgotten
GAS_LIMIT = 100_000_000


def extra_data(validators: Sequence[str]) -> str:
    """0x-hex: the addresses ascending, no vote, round 0, no seal."""
    addresses = sorted(bytes.fromhex(address.removeprefix("0x")) for address in validators)
    return to_hex(ExtraData(bytes(VANITY), tuple(addresses)).encode())


def genesis(
    chain_id: int, validators: Sequence[str], *, timestamp: int, block_period: int, empty_block_period: int
) -> dict[str, Any]:
    """`block_period` and `empty_block_period` are in whole seconds; a round that finds no majority ends after twice the
    first. No fee is ever asked for, whatever a block uses."""
    return {
        "config": {
            "chainId": chain_id,
            "berlinBlock": 0,
            "londonBlock": 0,
            "shanghaiTime": 0,
            "zeroBaseFee": True,
            "qbft": {
                "blockperiodseconds": block_period,
                "xemptyblockperiodseconds": empty_block_period,
                "epochlength": EPOCH,
                "requesttimeoutseconds": 2 * block_period,
            },
        },
        "nonce": "0x0",
        "timestamp": hex(timestamp),
        "gasLimit": hex(GAS_LIMIT),
        "baseFeePerGas": "0x0",
        "difficulty": "0x1",
        "mixHash": to_hex(MIX_HASH),
        "coinbase": "0x" + "00" * 20,
        "alloc": {},
        "extraData": extra_data(validators),
    }
