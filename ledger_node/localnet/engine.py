"""The chain of a local network: anvil (Foundry), mining one block an interval, without a gas price."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from ledger_node.chain.rpc import RpcLedger
from ledger_node.errors import ChainUnreachable, NetworkState, ToolMissing
from ledger_node.localnet.processes import Handle, Known, start, stop

VERSION = "1.7."  # of Foundry: what the tests run on
START_TIMEOUT = 20.0  # seconds


def find_anvil() -> str:
    """anvil from PATH, else from this checkout's node_modules. ToolMissing names what to do."""
    local = Path("node_modules/.bin/anvil")
    for found in (shutil.which("anvil"), str(local.resolve()) if local.exists() else None):
        if found is None:
            continue
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        if VERSION in said.stdout:
            return found
    raise ToolMissing("anvil is not here in the right version", needed=f"Foundry {VERSION}x on PATH, or make setup")


def start_anvil(port: int, chain_id: int, block_time: float, log: Path, known: Known) -> Handle:
    """Starts the chain on the loopback and waits until it answers. `known` is told as soon as there is a process."""
    arguments = [
        find_anvil(),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--chain-id", str(chain_id), "--block-time", f"{block_time:g}", "--hardfork", "paris"),
        *("--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee"),
        *("--gas-limit", "100000000", "--accounts", "1", "--quiet"),
    ]
    handle = start(arguments, log, known=known)
    ledger = RpcLedger(f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and handle.running():
        try:
            ledger.head()
        except ChainUnreachable:
            time.sleep(0.05)
        else:
            return handle
    stop(handle)
    raise NetworkState("the chain did not start", needed=f"see {log.name} in the network's folder")
