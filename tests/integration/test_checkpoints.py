"""Two organisations' nodes sign for one chain and exchange what they signed, until it turns below what was final."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger_node.chain.rpc import RpcLedger
from ledger_node.cli.app import app
from ledger_node.client import Client
from ledger_node.errors import NotFound, SplitView
from ledger_node.localnet import network
from ledger_node.localnet.members import CONSORTIUM, Member
from ledger_node.localnet.network import Network
from ledger_node.localnet.nodes import start_node, wait_until_ready
from ledger_node.localnet.processes import stop
from ledger_node.proof import checkpoint
from ledger_node.proof.checkpoint import Comparison, SignedCheckpoint
from ledger_node.proof.operators import Operators, TrustedOrganisation, trusted_by
from ledger_node.proof.strict_json import dump_canonical
from tests.turning import turn

CHAIN_ID = 31_379
EVERY, DEPTH = 10, 8
HOSPITAL, REGULATOR = "hospital-a", "regulator"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A hospital and a regulator that ask each other each second; the chain may turn without losing them."""
    folder = tmp_path_factory.mktemp("checkpoints") / "network"
    started = network.up(folder, chain_id=CHAIN_ID, block_time=0.2, plans=CONSORTIUM[:2])
    for member, peer in ((started.member(HOSPITAL), REGULATOR), (started.member(REGULATOR), HOSPITAL)):
        asked = started.member(peer)
        (member.folder / "peer.key").write_text(asked.api_keys["auditor"] + "\n")
        with member.config.open("a") as file:
            file.write(f"\n[checkpoints]\nevery = {EVERY}\nexchange_seconds = 1\n")
            file.write(f'peers = {{ "{asked.url}" = "peer.key" }}\n')
        stop(started.nodes[member.plan.slug])
        start(started, member.plan.slug)
    RpcLedger(started.rpc_url).call("anvil_mine", hex(4 * DEPTH))
    yield started
    network.down(started)


def start(small: Network, slug: str) -> None:
    member = small.member(slug)
    small.nodes[slug] = start_node(member)
    wait_until_ready(member, small.nodes[slug])


def client_of(small: Network, slug: str) -> Client:
    member = small.member(slug)
    return Client(member.url, member.api_keys["operator"], timeout=30)


def found(node: Client, number: int) -> set[SignedCheckpoint]:
    """What a node keeps of a height; nothing is refused."""
    try:
        kept = node.checkpoints.get(number)
    except NotFound:
        return set()
    return {checkpoint.read(dump_canonical(one)) for one in kept["checkpoints"]}  # type: ignore[arg-type]


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def address(member: Member) -> bytes:
    return bytes.fromhex(member.operator[2:])


def medledger(small: Network, *words: object, status: int) -> Any:
    """A command as the hospital's operator types it: its answer."""
    member = small.member(HOSPITAL)
    where = ("--node", member.url, "--key", member.api_keys["operator"], "--json")
    done = CliRunner().invoke(app, [*map(str, words), *where])
    assert done.exit_code == status, done.output
    return json.loads(done.stdout)


def test_nodes_countersign_the_same_heights(small: Network, tmp_path: Path) -> None:
    with client_of(small, HOSPITAL) as hospital, client_of(small, REGULATOR) as regulator:
        newest: list[int] = []

        def signed_by_both() -> bool:
            newest[:] = [one["number"] for one in hospital.checkpoints.list().items]
            return any(len(one.signatures) == 2 for number in newest for one in found(hospital, number))

        until(signed_by_both)
        number = next(number for number in newest for one in found(hospital, number) if len(one.signatures) == 2)
        assert number % EVERY == 0
        until(lambda: found(regulator, number) == found(hospital, number))
    members = [small.member(slug) for slug in (HOSPITAL, REGULATOR)]
    organisations = tuple(TrustedOrganisation(n, (address(member),)) for n, member in enumerate(members, start=1))
    medledger(small, "checkpoint", "show", number, "--out", tmp_path, status=0)
    (file,) = tmp_path.iterdir()
    read = checkpoint.read(file.read_bytes())
    assert trusted_by(read, Operators(2, organisations)).passed
    chain = RpcLedger(small.rpc_url).block(number)
    assert chain is not None
    assert "0x" + read.hash.hex() == chain.hash
    assert medledger(small, "checkpoint", "list", status=0)["items"]


def test_two_blocks_at_a_height_are_told_at_both_nodes(small: Network, tmp_path: Path) -> None:
    """The regulator's node is away when the hospital's signs, and meets another chain when it comes back."""
    chain = RpcLedger(small.rpc_url)
    stop(small.nodes[REGULATOR])
    with client_of(small, HOSPITAL) as hospital:
        before = hospital.checkpoints.sign()
    number = before["number"]
    until(lambda: chain.head().number >= number + 2)
    turn(chain, chain.head().number - number + DEPTH)
    until(lambda: chain.head().number >= number + 3)
    start(small, REGULATOR)
    with client_of(small, HOSPITAL) as hospital, client_of(small, REGULATOR) as regulator:
        until(lambda: regulator.node.get()["asOfBlock"] >= number + 2)
        with pytest.raises(SplitView) as refused:
            regulator.checkpoints.bring(before["checkpoints"][0])
        assert refused.value.facts["organisations"] == [1]
        until(lambda: len(found(hospital, number)) == 2)
        until(lambda: found(regulator, number) == found(hospital, number))
        one, other = sorted(found(hospital, number), key=lambda each: each.signatures[0].organisation)
        assert checkpoint.compare(one, other) is Comparison.SPLIT_VIEW
        assert [signer.organisation for each in (one, other) for signer in each.signatures] == [1, 2]
        for node, slug in ((hospital, HOSPITAL), (regulator, REGULATOR)):
            assert node.checkpoints.get(number)["splitView"]
            until(lambda node=node: node.node.status()["ready"])  # type: ignore[misc]
            status = node.node.status()
            assert status["splitViews"] >= 1
            with urllib.request.urlopen(f"{small.member(slug).url}/metrics", timeout=10) as answer:
                assert f"medledger_split_views {float(status['splitViews'])}" in answer.read().decode()
    assert medledger(small, "checkpoint", "list", status=1)["items"]
    medledger(small, "checkpoint", "show", number, "--out", tmp_path, status=1)
    compared = medledger(small, "checkpoint", "compare", *sorted(tmp_path.iterdir()), status=1)
    assert compared["result"] == "split-view"
