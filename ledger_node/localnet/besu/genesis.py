"""The first block of a QBFT chain, as Besu's `genesis.json` describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger_node.proof import rlp

#: Digest of "Istanbul", by which a header says that it is QBFT's: the text `ctical byzantine fault tolerance`, cut.
MIX_HASH = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"
EPOCH = 30_000  # blocks after which pending votes on validators are forgotten
GAS_LIMIT = 100_000_000
VANITY = bytes(32)


def extra_data(validators: Sequence[str]) -> str:
    """0x-hex of the RLP list `[vanity, validators, vote, round, seals]`: the addresses ascending, no vote, round 0, no
    seal."""
    addresses: list[rlp.Rlp] = [*sorted(bytes.fromhex(address.removeprefix("0x")) for address in validators)]
    return "0x" + rlp.encode([VANITY, addresses, [], rlp.scalar(0), []]).hex()


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
        "mixHash": MIX_HASH,
        "coinbase": "0x" + "00" * 20,
        "alloc": {},
        "extraData": extra_data(validators),
    }
