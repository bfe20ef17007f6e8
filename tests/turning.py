"""A chain that turns, by anvil's own means."""

from __future__ import annotations

import time

from ledger_node.chain.rpc import RpcLedger

BLOCK_TIME = 1  # seconds; anvil takes whole ones only
PAUSE = 0.2  # seconds, for a block that is being made


def turn(chain: RpcLedger, depth: int) -> None:
    """The newest `depth` blocks become others; from then on there is a block each `BLOCK_TIME`.

    anvil must not make one meanwhile: it then forgets a block below its head now and then, and for ever, which no chain
    does and a node refuses to read on.
    """
    chain.call("evm_setIntervalMining", 0)
    time.sleep(PAUSE)
    try:
        chain.call("anvil_reorg", depth, [])
    finally:
        chain.call("evm_setIntervalMining", BLOCK_TIME)
