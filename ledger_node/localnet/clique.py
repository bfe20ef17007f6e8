"""The chain as a network of signers: geth with Clique (EIP-225, proof of authority), all on the loopback.

1.13.15 is the last geth that seals Clique. A block is safe once floor(n/2)+1 distinct signers stand on it; with fewer
than that many alive the chain stalls. Transactions pay nothing.
"""

from __future__ import annotations

import json
import math
import secrets
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import create_keystore
from ledger_node.errors import NetworkState
from ledger_node.localnet.anvil import answers
from ledger_node.localnet.keys import LIGHT_SCRYPT, NodeKey
from ledger_node.localnet.ports import Ports
from ledger_node.localnet.processes import Handle, Known, start
from ledger_node.localnet.programs import find_program
from ledger_node.localnet.settings import Engine
from ledger_node.localnet.waiting import PAUSE, wait_for

VERSION = "1.13.15"
START_TIMEOUT = 30.0  # seconds
MEET_TIMEOUT = 100.0  # seconds; two that hung up on each other dial again after thirty, and may do so more than once
EPOCH = 30_000  # blocks between two checkpoints of the signers' votes
FORKS = (
    *("homestead", "eip150", "eip155", "eip158", "byzantium"),
    *("constantinople", "petersburg", "istanbul", "berlin", "london"),
)
#: Far above what a second can hold. London raises the base fee by at least 1 wei after a block that used more than half
#: of this, and from 1 wei it never falls back to 0: from then on no free transaction would be mined.
GAS_LIMIT = 2_000_000_000


def genesis(chain_id: int, period: int, signers: Sequence[str]) -> dict[str, Any]:
    """The first block's description, as `geth init` reads it. `period` is in whole seconds, `signers` are addresses."""
    listed = "".join(sorted(address.removeprefix("0x").lower() for address in signers))
    return {
        "config": {
            "chainId": chain_id,
            **{f"{fork}Block": 0 for fork in FORKS},
            "clique": {"period": period, "epoch": EPOCH},
        },
        "timestamp": "0x0",
        "difficulty": "0x1",
        "gasLimit": hex(GAS_LIMIT),
        "baseFeePerGas": "0x0",
        "extraData": "0x" + "00" * 32 + listed + "00" * 65,  # vanity, signers in ascending order, no seal
        "alloc": {},
    }


@dataclass(frozen=True, slots=True)
class Clique:
    """Each signer has a folder of its own under the network's: its key, its node's key, its chain."""

    folder: Path
    ports: Ports
    chain_id: int
    block_time: float
    signers: int

    @property
    def kind(self) -> Engine:
        return "clique"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"signer-{number}" for number in range(1, self.signers + 1))

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(f"http://127.0.0.1:{self.ports.of(f'{name} http')}" for name in self.names)

    @property
    def port_name(self) -> str:
        return f"{self.names[0]} http"

    @property
    def depth(self) -> int:
        return self.signers // 2 + 1 if self.signers > 1 else 0

    def sealer(self, name: str) -> str:
        keystore = json.loads((self.folder / name / "keystore" / "signer.json").read_text())
        return "0x" + str(keystore["address"]).removeprefix("0x").lower()

    def make(self) -> None:
        geth = find_geth()
        for name in self.names:
            self._make_keys(self.folder / name)
        first = self.folder / "genesis.json"
        period = max(1, math.ceil(self.block_time))
        first.write_text(
            json.dumps(genesis(self.chain_id, period, [self.sealer(name) for name in self.names]), indent=2)
        )
        for name in self.names:
            command = [geth, "--datadir", str(self.folder / name), "--state.scheme", "hash", "init", str(first)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode != 0:
                raise NetworkState("geth refused the first block", got=done.stderr.strip().splitlines()[-1])
        # All know all: a signer that was away finds the others by itself.
        peers = [self._node_key(name).enode("127.0.0.1", self.ports.of(f"{name} p2p")) for name in self.names]
        for name in self.names:
            (self.folder / name / "geth.toml").write_text(f"[Node.P2P]\nStaticNodes = {json.dumps(peers)}\n")

    def start(self, name: str, known: Known) -> Handle:
        # One after the other: two that dial each other in the same moment may both hang up, and wait half a minute.
        handle = start(self._arguments(name), self._log(name), known=known)
        url = self._url(name)
        wait_for(lambda: answers(url), handle, START_TIMEOUT, f"{name} did not start", self._log(name))
        return handle

    def wait(self, name: str, handle: Handle) -> None:
        """Seals once it knows all signers that answer. Signers that begin alone make a first block each, and may come
        to stand on branches of one weight, each of which only those may extend who stand on another (EIP-3436). They
        cannot begin one after the other: one that does not seal yet takes no block that is sent to it."""
        ledger = RpcLedger(self._url(name))
        others = sum(answers(url) for url in self.urls) - 1
        deadline = time.monotonic() + MEET_TIMEOUT
        while int(ledger.call("net_peerCount"), 16) < others and time.monotonic() < deadline and handle.running():
            time.sleep(PAUSE)
        # The flag for this takes no 0: a signer would seal only what was sent to itself.
        ledger.call("miner_setGasPrice", "0x0")
        ledger.call("miner_start")

    def _url(self, name: str) -> str:
        return self.urls[self.names.index(name)]

    def _log(self, name: str) -> Path:
        return self.folder / name / "geth.log"

    def _make_keys(self, folder: Path) -> None:
        (folder / "keystore").mkdir(mode=0o700, parents=True)
        password = secrets.token_urlsafe(24)
        for file, content in ((folder / "password", password), (folder / "nodekey", NodeKey.fresh().secret)):
            file.touch(mode=0o600)
            file.write_text(content)
        create_keystore(folder / "keystore" / "signer.json", password, iterations=LIGHT_SCRYPT)

    def _node_key(self, name: str) -> NodeKey:
        return NodeKey.of((self.folder / name / "nodekey").read_text())

    def _arguments(self, name: str) -> list[str]:
        folder = self.folder / name
        sealer = self.sealer(name)
        return [
            find_geth(),
            *("--config", str(folder / "geth.toml"), "--datadir", str(folder), "--nodekey", str(folder / "nodekey")),
            *("--networkid", str(self.chain_id), "--port", str(self.ports.of(f"{name} p2p"))),
            *("--nodiscover", "--nat", "none", "--netrestrict", "127.0.0.0/8"),
            # Every block's state is kept, so that there are proofs for every block.
            *("--syncmode", "full", "--gcmode", "archive", "--state.scheme", "hash", "--cache", "128"),
            *("--miner.etherbase", sealer, "--miner.gaslimit", str(GAS_LIMIT)),
            *("--unlock", sealer, "--password", str(folder / "password"), "--allow-insecure-unlock"),
            # Few keys write much: the usual sixteen transactions for each would throttle them.
            *("--txpool.accountslots", "4096", "--txpool.globalslots", "65536"),
            *("--txpool.accountqueue", "4096", "--txpool.globalqueue", "65536"),
            *("--http", "--http.addr", "127.0.0.1", "--http.port", str(self.ports.of(f"{name} http"))),
            *("--http.api", "eth,net,web3,clique,txpool,miner,admin,debug", "--ipcdisable"),
            *("--authrpc.addr", "127.0.0.1", "--authrpc.port", str(self.ports.of(f"{name} auth"))),
            *("--verbosity", "2"),
        ]


def find_geth() -> str:
    """geth from PATH, else from this checkout's build/engines. ToolMissing names what to do."""
    needed = f"geth {VERSION}, the last that seals Clique: make engines"
    return find_program("geth", "build/engines", "version", VERSION, needed)
