"""An operator at work on a real node, by the commands of docs/operator.md: writes that are paused, taken back and let
go, an old backup, another key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger_node.chain.rpc import RpcLedger
from ledger_node.cli.app import app
from ledger_node.client import Client
from ledger_node.client.answers import Submission
from ledger_node.client.inputs import Document
from ledger_node.client.retries import Retries
from ledger_node.config import load_deployment
from ledger_node.domain.command import Listing
from ledger_node.errors import ContractRefused, NodeUnreachable, StateConflict
from ledger_node.localnet import network
from ledger_node.localnet.members import CONSORTIUM, Member
from ledger_node.localnet.network import Network
from ledger_node.localnet.processes import stop
from ledger_node.localnet.waiting import wait_for

CHAIN_ID = 31_361
CARD = Document({"title": "a card"})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A hospital and a regulator, whose nodes may be stopped."""
    folder = tmp_path_factory.mktemp("operating") / "network"
    started = network.up(folder, chain_id=CHAIN_ID, block_time=0.2, plans=CONSORTIUM[:2])
    yield started
    network.down(started)


@pytest.fixture
def hospital(small: Network) -> Member:
    return small.member("hospital-a")


@pytest.fixture
def node(hospital: Member) -> Iterator[Client]:
    with Client(hospital.url, hospital.api_keys["operator"], timeout=30) as opened:
        yield opened


def medledger(*words: object, status: int = 0) -> Any:
    """A command as a person types it: its answer."""
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert done.exit_code == status, done.output
    return json.loads(done.stdout)


def register(node: Client, key: str, wait: int = 0) -> Submission:
    return node.datasets.register(CARD, idempotency_key=key, wait=wait)


def test_paused_writes_wait_until_they_are_cancelled_or_resumed(small: Network, hospital: Member, node: Client) -> None:
    ledger = RpcLedger(small.rpc_url)
    nonce = ledger.transaction_count(hospital.operator)
    assert node.node.pause() == {"paused": "operator"}
    taken_back, kept = register(node, "taken-back"), register(node, "kept", wait=1)
    assert (taken_back["state"], kept["state"], kept["nonce"]) == ("queued", "queued", None)
    assert node.node.status()["troubles"]
    assert node.submissions.cancel(taken_back["id"])["outcome"] == {"cancelled": True}
    with pytest.raises(StateConflict) as refused:
        register(node, "taken-back", wait=10)
    assert refused.value.code == "ML-0404"
    assert node.node.resume() == {"paused": None}
    assert register(node, "kept", wait=30)["receiptStatus"] == 1
    assert ledger.transaction_count(hospital.operator) == nonce + 1
    with pytest.raises(StateConflict):
        node.submissions.cancel(kept["id"])
    assert node.node.alarms().items == []


def registrations(small: Network) -> list[str]:
    """The datasets on the chain, each as often as it was registered."""
    ledger, deployment = RpcLedger(small.rpc_url), load_deployment(small.folder / "deployment.json")
    events = ledger.events([Listing("datasets", 1, deployment.contracts.datasets)], 0, ledger.head().number)
    return [str(event.args["dataset"]) for event in events if event.name == "DatasetRegistered"]


def start(small: Network, member: Member) -> None:
    handle = network.start_node(member)
    small.nodes[member.plan.slug] = handle
    wait_for(lambda: answers(member), handle, 60, "the node did not start", member.folder / "node.log")


def answers(member: Member) -> bool:
    """A node that is paused answers, and is not ready."""
    with Client(member.url, None, timeout=5, retries=Retries(attempts=1)) as asked:
        try:
            return asked.node.health()["status"] == "ok"
        except NodeUnreachable:
            return False


def test_node_that_is_told_to_stop_leaves_the_writing_to_others(small: Network, hospital: Member) -> None:
    """A standby need not wait until it seems dead."""
    stop(small.nodes["hospital-a"])
    with closing(sqlite3.connect(hospital.folder / "node.db")) as database:
        assert database.execute("SELECT holder FROM local_writer").fetchall() == [("",)]
    start(small, hospital)


def test_restored_old_backup(small: Network, hospital: Member, node: Client, tmp_path: Path) -> None:
    """What was written after the backup is on the chain once, whatever is asked again, and the operator is told."""
    before = register(node, "before-the-backup", wait=30)
    medledger("node", "backup", "--config", hospital.config, "--out", tmp_path / "backup")
    lost = [register(node, f"after-{n}", wait=30) for n in range(3)]
    digest = node.index.digest()["digest"]

    stop(small.nodes["hospital-a"])
    for file in hospital.folder.glob("node.db*"):
        file.unlink()
    medledger("node", "restore", "--config", hospital.config, "--from", tmp_path / "backup")
    revisions = medledger("node", "upgrade", "--config", hospital.config)
    assert revisions["before"] == revisions["after"]
    start(small, hospital)

    assert node.index.digest()["digest"] == digest
    assert node.node.status()["paused"] == "foreign_transaction"
    assert sorted(one["nonce"] for one in node.node.alarms().items) == [one["nonce"] for one in lost]
    assert register(node, "before-the-backup")["id"] == before["id"]
    repeated = [register(node, f"after-{n}") for n in range(3)]
    new = register(node, "new")
    assert {one["state"] for one in (*repeated, new)} == {"queued"}
    assert [one["subject"] for one in repeated] == [one["subject"] for one in lost]

    node.node.resume()
    assert register(node, "new", wait=30)["receiptStatus"] == 1
    for n in range(3):
        with pytest.raises(ContractRefused) as refused:
            register(node, f"after-{n}", wait=30)
        assert refused.value.facts["submission"]["subject"] == lost[n]["subject"]
    made = registrations(small)
    assert len(made) == len(set(made))
    assert {one["subject"] for one in (before, *lost, new)} <= set(made)
    assert node.node.status()["ready"]


def keystore(member: Member, name: str) -> tuple[object, ...]:
    return "--keystore", member.folder / f"{name}.json", "--password-file", member.folder / f"{name}.password"


def test_operator_key_is_rotated_and_no_write_is_lost(small: Network, hospital: Member, node: Client) -> None:
    """As docs/operator.md has it: what is queued while the old key rests is signed by the new one."""
    chain = ("--deployment", small.folder / "deployment.json", "--rpc", small.rpc_url)
    mine = keystore(hospital, "next")
    (hospital.folder / "next.password").write_text("next")
    new = medledger("key", "make", *mine)["address"]
    medledger("key", "offer", new, "--role", "OPERATOR", *keystore(hospital, "admin"), *chain)
    medledger("key", "accept", 1, *mine, *chain)
    at = ("--node", hospital.url, "--key", hospital.api_keys["operator"])
    assert medledger("node", "pause", *at) == {"paused": "operator"}
    waiting = register(node, "over-the-rotation")
    before = registrations(small)

    stop(small.nodes["hospital-a"])
    changed = hospital.config.read_text().replace('"operator.', '"next.')
    hospital.config.write_text(changed)
    start(small, hospital)

    assert medledger("node", "status", *at, status=1)["paused"] == "operator"
    assert medledger("node", "resume", *at) == {"paused": None}
    settled = register(node, "over-the-rotation", wait=30)
    assert (settled["id"], settled["signer"], settled["receiptStatus"]) == (waiting["id"], new, 1)
    medledger("key", "retire", hospital.operator, *keystore(hospital, "admin"), *chain)
    assert register(node, "with-the-new-key", wait=30)["signer"] == new
    assert len(registrations(small)) == len(before) + 2
    assert node.node.status()["ready"]
