"""The chain as one anvil process (Foundry): a block an interval, without consensus and without a gas price."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger_node.chain.rpc import RpcLedger
from ledger_node.errors import LedgerError
from ledger_node.localnet.ports import Ports
from ledger_node.localnet.processes import Handle, Known, start, stop
from ledger_node.localnet.programs import find_program
from ledger_node.localnet.settings import Engine
from ledger_node.localnet.waiting import wait_for

VERSION = "1.7."  # of Foundry: what the tests run on
START_TIMEOUT = 20.0  # seconds
GAS_LIMIT = 100_000_000  # of a block
#: States it remembers, in memory. Older ones would go to the disk, megabytes a block, and stay there after a SIGKILL.
HISTORY = 1_500


@dataclass(frozen=True, slots=True)
class Anvil:
    """Its chain lives in memory and is written to `chain.json` when it is stopped: after a SIGKILL it is gone.

    It proves the state of its last HISTORY blocks, and of none from before it was last started.
    """

    folder: Path
    ports: Ports
    chain_id: int
    block_time: float

    @property
    def kind(self) -> Engine:
        return "anvil"

    @property
    def names(self) -> tuple[str, ...]:
        return ("anvil",)

    @property
    def urls(self) -> tuple[str, ...]:
        return (f"http://127.0.0.1:{self.ports.of(self.port_name)}",)

    @property
    def port_name(self) -> str:
        return "chain"

    @property
    def depth(self) -> int:
        return 0

    def sealer(self, name: str) -> str:  # noqa: ARG002
        return ""

    def make(self) -> None:
        find_anvil()

    def start(self, name: str, known: Known) -> Handle:  # noqa: ARG002
        log, state = self.folder / "chain.log", self.folder / "chain.json"
        return start_anvil(self.ports.of(self.port_name), self.chain_id, self.block_time, log, known, state)

    def wait(self, name: str, handle: Handle) -> None:
        """`start_anvil` has waited."""


def find_anvil() -> str:
    """anvil from PATH, else from this checkout's node_modules. ToolMissing names what to do."""
    needed = f"Foundry {VERSION}x on PATH, or make setup"
    return find_program("anvil", "node_modules/.bin", "--version", VERSION, needed)


def start_anvil(
    port: int,
    chain_id: int,
    block_time: float,
    log: Path,
    known: Known,
    state: Path | None = None,
    gas_limit: int = GAS_LIMIT,
) -> Handle:
    """Starts the chain on the loopback and waits until it answers. `known` is told as soon as there is a process.

    With `state` it begins where that file ends, and writes it when it is stopped.
    """
    arguments = [
        find_anvil(),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--chain-id", str(chain_id), "--block-time", f"{block_time:g}", "--hardfork", "paris"),
        *("--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee"),
        *("--gas-limit", str(gas_limit), "--accounts", "1", "--quiet", "--prune-history", str(HISTORY)),
    ]
    if state is not None:
        # With the newest state alone: all that it remembers takes gigabytes and longer to write than a stop may last.
        arguments += ["--state", str(state)]
    handle = start(arguments, log, known=known)
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}"), handle, START_TIMEOUT, "the chain did not start", log)
    except BaseException:
        stop(handle)
        raise
    return handle


def answers(url: str) -> bool:
    """Whether an engine says what its newest block is."""
    try:
        RpcLedger(url, timeout=5).head()
    except LedgerError:
        return False
    return True
