"""A consortium on five real signers, its stores in a real PostgreSQL: blocks, free transactions, a pause."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.client import Client
from ledger_node.client.datasets import NewVersion
from ledger_node.client.inputs import Document
from ledger_node.config import load_deployment
from ledger_node.domain.codes import SizeClass, Supersession
from ledger_node.localnet import clique as clique_chain
from ledger_node.localnet import network
from ledger_node.localnet.network import Network
from ledger_node.localnet.status import status
from ledger_node.proof import header
from ledger_node.proof.sealing import listed_at
from ledger_node.proof.validators import Engine, validators
from tests.signers import MAJORITY, SIGNERS, five_signers

pytestmark = [pytest.mark.engines, pytest.mark.slow]

CHAIN_ID = 31_350
CARD = Document({"title": "a card"})
NEWCOMER = "0x" + "5e" * 20  # voted in, and never there


@pytest.fixture(scope="module")
def clique() -> Iterator[Network]:
    with five_signers(CHAIN_ID) as started:
        yield started


@pytest.fixture(scope="module")
def ledgers(clique: Network) -> list[RpcLedger]:
    return [RpcLedger(url) for url in clique.chain.urls]


def hospital(clique: Network) -> Client:
    member = clique.members[0]
    return Client(member.url, member.api_keys["steward"], timeout=60)


def heads(ledgers: list[RpcLedger]) -> list[int]:
    return [ledger.head().number for ledger in ledgers]


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_every_signer_seals_and_follows(clique: Network, ledgers: list[RpcLedger]) -> None:
    found = status(clique)
    assert [part["peers"] for part in found["engines"]] == [SIGNERS - 1] * SIGNERS
    signers = {part["signer"] for part in found["engines"]}
    assert signers == set(ledgers[0].call("clique_getSigners", "latest"))
    before = ledgers[0].head().number
    wait_until(lambda: min(heads(ledgers)) >= before + 2 * SIGNERS)
    sealed = {ledgers[0].call("clique_getSigner", hex(n)) for n in range(before + 1, before + 2 * SIGNERS + 1)}
    assert len(sealed & signers) >= MAJORITY
    settled = before + SIGNERS
    assert len({ledger.block(settled) for ledger in ledgers}) == 1


def test_nodes_are_spread_over_the_signers(clique: Network) -> None:
    for member, url in zip(clique.members, clique.chain.urls, strict=False):
        assert f'rpc_url = "{url}"\nengine = "clique"\n' in member.config.read_text()


def test_free_transaction_reaches_every_signer_and_is_mined(ledgers: list[RpcLedger]) -> None:
    """Whoever's turn it is takes it, and not only the signer that it was sent to."""
    signed = KeystoreSigner(Account.create(), CHAIN_ID).sign("0x" + "11" * 20, "0x", 0, gas=21_000)
    ledgers[0].send(signed.raw)
    wait_until(lambda: all(one.call("eth_getTransactionByHash", signed.hash) for one in ledgers), 5)
    wait_until(lambda: all(one.receipt(signed.hash) is not None for one in ledgers), 20)
    receipt = ledgers[-1].call("eth_getTransactionReceipt", signed.hash)
    assert (receipt["status"], receipt["effectiveGasPrice"]) == ("0x1", "0x0")


def test_every_block_has_its_proofs(clique: Network, ledgers: list[RpcLedger]) -> None:
    deployment = load_deployment(clique.folder / "deployment.json")
    for number in (deployment.block, ledgers[1].head().number):
        proof = ledgers[1].proof(deployment.contracts.consortium, ["0x" + "00" * 32], number)
        assert len(proof["accountProof"]) > 0
        assert len(bytes.fromhex(ledgers[1].header(number)["extraData"][2:])) >= 32 + 65


def test_pause_keeps_everything(clique: Network, ledgers: list[RpcLedger]) -> None:
    with hospital(clique) as node:
        made = node.datasets.register(CARD)
        assert made["outcome"] is not None
        dataset = str(made["outcome"]["dataset"])
        number = made["block"]
        assert number is not None
        wait_until(lambda: min(heads(ledgers)) >= number + MAJORITY)
    before = ledgers[0].block(number)
    network.down(clique)
    assert not clique.running()
    again = network.up(clique.folder)
    assert again.ports == clique.ports
    assert ledgers[-1].block(number) == before
    with hospital(again) as node:
        assert node.datasets.get(dataset)["id"] == dataset
        later = node.datasets.register(CARD)
        assert later["receiptStatus"] == 1


def test_evidence_hangs_on_the_signers_alone(clique: Network, ledgers: list[RpcLedger], tmp_path: Path) -> None:
    """One voted in and one voted out since the first block, which is all that the reader trusts. Nothing is asked of a
    network when it is verified."""
    ledger = RpcLedger(clique.chain.urls[0])
    out = ledgers[-1].call("eth_coinbase")
    _vote(ledgers, NEWCOMER, True, lambda: NEWCOMER in _signers(ledger))
    _vote(ledgers[:-1], out, False, lambda: out not in _signers(ledger))
    with hospital(clique) as node:
        dataset = str(node.datasets.register(CARD)["outcome"]["dataset"])  # type: ignore[index]
        digests = ("0x" + "d1" * 32, "0x" + "d2" * 32, "0x" + "d3" * 32)
        published = node.datasets.publish(dataset, NewVersion(*digests, SizeClass.FROM_100, Supersession.FIRST))
        assert published["block"] is not None
        at = published["block"]
        wait_until(lambda: node.node.get()["asOfBlock"] >= at + 2 * MAJORITY)
        content = node.datasets.evidence(dataset, 1, as_of=at, validators_at=0)
        told = json.loads(node.node.trust())
    first = listed_at(header.sealed_from_rpc(ledger.header(0)), Engine.CLIQUE, clique_chain.EPOCH)
    told = {key: value for key, value in told.items() if key not in ("checkpoint", "operators")}
    (tmp_path / "bundle.json").write_bytes(content)
    assert _verified(tmp_path, told | {"validators": validators.write(first)}) == (0, "verified")
    told["validators"] = validators.write(first)
    newer = _brought_up(clique, tmp_path, told)
    assert newer["validators"]["at"]["number"] >= at
    assert _verified(tmp_path, newer) == (1, "failed")  # these seals are older
    with hospital(clique) as node:
        wait_until(lambda: node.node.get()["asOfBlock"] >= newer["validators"]["at"]["number"] + 2 * MAJORITY)
    _asked(clique, tmp_path, "fetch", dataset, "--number", "1", "--trust", "newer.json", "--out", "bundle.json")
    assert _verified(tmp_path, newer) == (0, "verified")
    (tmp_path / "bundle.json").write_bytes(content)
    fewer = replace(first, members=first.members[1:])
    assert _verified(tmp_path, told | {"validators": validators.write(fewer)}) == (1, "failed")


def _brought_up(clique: Network, folder: Path, trusted: dict[str, Any]) -> dict[str, Any]:
    (folder / "older.json").write_text(json.dumps(trusted))
    _asked(clique, folder, "advance", "older.json", "--out", "newer.json")
    found: dict[str, Any] = json.loads((folder / "newer.json").read_text())
    return found


def _asked(clique: Network, folder: Path, *words: str) -> None:
    """A command of `medledger evidence` that asks the hospital's node."""
    member = clique.members[0]
    env = os.environ | {"MEDLEDGER_NODE": member.url, "MEDLEDGER_KEY": member.api_keys["steward"]}
    command = [sys.executable, "-m", "ledger_node.cli", "evidence", *words]
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)


def _signers(ledger: RpcLedger) -> set[str]:
    return set(ledger.call("clique_getSigners", "latest"))


def _vote(ledgers: list[RpcLedger], subject: str, adds: bool, decided: Callable[[], bool]) -> None:
    for ledger in ledgers:
        ledger.call("clique_propose", subject, adds)
    wait_until(decided)
    for ledger in ledgers:
        ledger.call("clique_discard", subject)


def _verified(folder: Path, trusted: dict[str, Any]) -> tuple[int, str]:
    """Exit status and result, in a process without a network."""
    (folder / "trust.json").write_text(json.dumps(trusted))
    words = [sys.executable, "-m", "ledger_node.cli", "evidence", "verify", "bundle.json", "--trust", "trust.json"]
    done = subprocess.run(["unshare", "-rn", *words, "--json"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, str(json.loads(done.stdout)["result"])
