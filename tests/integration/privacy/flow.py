"""What all steps share: the hospital's folders and terminal, the canaries, and what became of them so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ledger_node.chain.rpc import RpcLedger
from ledger_node.client import Client
from ledger_node.localnet.network import Network
from tests.integration.privacy.canaries import Canaries
from tests.integration.privacy.terminal import Terminal

WITHIN = 60.0  # seconds
KINDS = ("images", "zip", "R4", "R5", "csv", "tsv", "parquet")


@dataclass
class Flow:
    """`sources` is what came into the hospital, `private` what the edge made of it there; `answers` are bodies of HTTP
    answers. `since` is the chain's head before it all, `datasets` the ids by kind of input."""

    network: Network
    canaries: Canaries
    sources: Path
    private: Path
    hospital: Terminal
    since: int
    answers: list[tuple[str, bytes]] = field(default_factory=list)
    datasets: dict[str, str] = field(default_factory=dict)
    consent: str = ""
    stream: str = ""

    def version(self, kind: str) -> Path:
        return self.private / "versions" / kind


def begun(network: Network, folder: Path) -> Flow:
    sources, private = folder / "sources", folder / "private"
    for made in (sources, private / "clean", private / "versions"):
        made.mkdir(parents=True)
    since = RpcLedger(network.rpc_url).head().number
    return Flow(network, Canaries(), sources, private, Terminal(network.member("hospital-a")), since)


def settle(flow: Flow) -> None:
    """Until every node has indexed all that is on the chain."""
    head = RpcLedger(flow.network.rpc_url).head().number
    for member in flow.network.members:
        with Client(member.url, member.api_keys["auditor"], timeout=30) as node:
            until(partial(_has_read, node, head))


def _has_read(node: Client, block: int) -> bool:
    return node.node.get()["asOfBlock"] >= block


def until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + WITHIN
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.1)
