"""A hospital's node in a running network."""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ledger_node.client import Client
from ledger_node.client.inputs import Document
from ledger_node.localnet import network
from ledger_node.localnet.members import CONSORTIUM, Member
from ledger_node.localnet.nodes import wait_until_ready
from ledger_node.localnet.processes import Handle, free_port, start, stop
from ledger_node.localnet.settings import Store
from scripts.bench import wire

CHAIN_ID = 31_380
BLOCK_TIME = 1.0  # seconds
DATASETS = "/v1/datasets"
SETTLED = 120.0  # seconds for the chain and the index to have everything


@dataclass(frozen=True, slots=True)
class Hospital:
    """`member` is as the process answers that writes to the chain, `beside` as one does that stands by on its store."""

    member: Member
    beside: Member
    rpc_url: str
    pids: tuple[int, ...]
    standby: int

    def client(self) -> Client:
        return Client(self.member.url, self.member.api_keys["operator"], timeout=60)

    def registration(self, client: int) -> bytes:
        """A dataset with a card of its own, of whatever client."""
        key = str(uuid.uuid4())
        body = {"card": {"title": "bench", "client": client, "request": key}}
        headers = [f"Authorization: Bearer {self.member.api_keys['steward']}", f"Idempotency-Key: {key}"]
        return wire.post(DATASETS, json.dumps(body).encode(), headers)

    def read(self) -> bytes:
        """Of one dataset, registered here."""
        with self.client() as node:
            node.datasets.register(Document({"title": "read"}), wait=30)
            dataset = next(iter(node.datasets.all()))["id"]
        return wire.get(f"{DATASETS}/{dataset}", self.member.api_keys["auditor"])

    def indexed(self) -> int:
        with self.client() as node:
            return int(node.index.digest()["counts"]["dataset"])

    def seconds_until_settled(self) -> float:
        """Until every write is in a block and every block indexed, or it takes too long."""
        began = time.monotonic()
        with self.client() as node:
            while (status := node.node.status())["open"] or status["indexLag"]:
                if time.monotonic() - began > SETTLED:
                    break
                time.sleep(0.2)
        return time.monotonic() - began


@contextmanager
def hospital(folder: Path, store: Store) -> Iterator[Hospital]:
    """One that may send events to this machine. The regulator that a consortium must have is there too, and idle."""
    running = network.up(folder, chain_id=CHAIN_ID, block_time=BLOCK_TIME, store=store, plans=CONSORTIUM[:2])
    try:
        member = running.member(CONSORTIUM[0].slug)
        with member.config.open("a") as file:
            file.write("\n[webhooks]\nhttp = true\nprivate = true\n")
        stop(running.nodes[member.plan.slug])
        network.start_process(running, "nodes", member.plan.slug)
        pids = tuple(handle.pid for part in running.processes.values() for handle in part.values())
        beside = replace(member, port=free_port())
        standby = _stand_by(beside)
        try:
            yield Hospital(member, beside, running.rpc_url, (*pids, standby.pid), standby.pid)
        finally:
            stop(standby)
    finally:
        network.down(running)


def _stand_by(member: Member) -> Handle:
    """A second process with the same file but another port, as `docs/operator.md` has it."""
    command = [sys.executable, "-m", "ledger_node.cli", "node", "run", "--config", str(member.config)]
    environment = os.environ | {"MEDLEDGER_PORT": str(member.port)}
    handle = start(command, member.folder / "standby.log", environment)
    wait_until_ready(member, handle)
    return handle
