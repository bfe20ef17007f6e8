"""SIGKILL at each of the submitter's stages: after a restart there is exactly one outcome on the chain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.client import Client
from ledger_node.client.inputs import Document
from ledger_node.client.retries import Retries
from ledger_node.config import load_deployment
from ledger_node.domain.command import Listing
from ledger_node.errors import NodeUnreachable
from ledger_node.localnet import network
from ledger_node.localnet.members import Member
from ledger_node.localnet.network import Network
from ledger_node.localnet.processes import Handle, stop

STAGES = ("accepted", "signing", "signed", "sending", "sent", "mined", "settled")
CRASHING_NODE = Path(__file__).parent / "crashing_node.py"
CARD = Document({"title": "a model"})


@pytest.fixture
def publisher(consortium: Network) -> Iterator[Member]:
    """The publisher, its own node stopped for the test and running again after it."""
    member = consortium.member("publisher")
    stop(consortium.nodes["publisher"])
    yield member
    handle = network.start_node(member)
    network.wait_until_ready(member, handle)
    consortium.nodes["publisher"] = handle


@contextmanager
def crashing(member: Member, stage: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, str(CRASHING_NODE), str(member.config), stage],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        network.wait_until_ready(member, Handle(process.pid, stat[19]))
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("stage", STAGES)
def test_kill_at_stage_leaves_exactly_one_outcome(consortium: Network, publisher: Member, stage: str) -> None:
    ledger = RpcLedger(consortium.rpc_url)
    deployment = load_deployment(consortium.folder / "deployment.json")
    nonce = ledger.transaction_count(publisher.operator)
    key = f"crash-{stage}-{os.getpid()}"
    with crashing(publisher, stage) as process:
        with (
            Client(publisher.url, publisher.api_keys["publisher"], timeout=10, retries=Retries(attempts=1)) as node,
            pytest.raises(NodeUnreachable),
        ):
            node.models.register(CARD, idempotency_key=key, wait=30)
        assert process.wait(timeout=20) == -signal.SIGKILL

    handle = network.start_node(publisher)
    try:
        network.wait_until_ready(publisher, handle)
        with Client(publisher.url, publisher.api_keys["publisher"]) as node:
            settled = node.models.register(CARD, idempotency_key=key, wait=30)
            again = node.models.register(CARD, idempotency_key=key, wait=30)
    finally:
        stop(handle)

    assert settled["id"] == again["id"]
    assert settled["state"] in ("mined", "final")
    assert ledger.transaction_count(publisher.operator) == nonce + 1
    made = [
        event
        for event in ledger.events([Listing("models", 1, deployment.contracts.models)], 0, ledger.head().number)
        if event.args.get("model") == settled["subject"]
    ]
    assert [event.name for event in made] == ["ModelRegistered"]
