"""Reorganisations of 1 to 64 blocks on a real chain under load, against a reader that knows nothing of the index."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from eth_account import Account
from eth_utils import keccak
from sqlalchemy import select

from ledger_node.chain import abi
from ledger_node.chain.abi import signature_of
from ledger_node.chain.artifact import artifact_of
from ledger_node.chain.deploy import Founder, deploy
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.domain.codes import Capability
from ledger_node.domain.command import Command
from ledger_node.errors import ChainAnswerInvalid
from ledger_node.indexer.follower import Follower
from ledger_node.localnet.anvil import start_anvil
from ledger_node.localnet.processes import Handle, free_port, stop
from ledger_node.services.feed import Feed
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from ledger_node.store.schema.following import block, event
from tests.fakes import digest
from tests.unit.chain.test_logs import by_web3
from tests.unit.indexer.test_feed import Consumer

pytestmark = pytest.mark.slow

CHAIN_ID = 31_347
ROUNDS = 16
DEEPEST = 64
SEED = 20_260_505
BLOCK_TIME = 0.1  # seconds
REGISTERED = "DatasetRegistered"
#: What stands where: block, log index, the block's hash, the transaction, name and arguments.
Seen = tuple[int, int, str, str, str, dict[str, Any]]


class Chain:
    """An engine that mines ten blocks a second, and a hospital that registers datasets without a pause."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ledger = RpcLedger(url)
        keys = [KeystoreSigner(Account.create(), CHAIN_ID) for _ in range(5)]
        self.hospital = keys[2]
        founders = (
            Founder("Aurora", keys[1].address, keys[2].address, Capability.CUSTODIAN),
            Founder("Authority", keys[3].address, keys[4].address, Capability.REGULATOR),
        )
        self.deployment = deploy(self.ledger, keys[0], founders)
        self.ledger.call("anvil_mine", hex(DEEPEST + 10))
        self.ledger.call("evm_setIntervalMining", 0)  # from here on `_mine` does
        self._read: dict[str, list[Seen]] = {}
        self._stop = threading.Event()
        self._turning = threading.Lock()
        self._threads = [threading.Thread(target=self._register), threading.Thread(target=self._mine)]

    def __enter__(self) -> Chain:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def turn(self, depth: int) -> None:
        """anvil must not make a block meanwhile: it then forgets one below its head now and then, and for ever, which
        no chain does."""
        with self._turning:
            self.ledger.call("anvil_reorg", depth, [])

    def _mine(self) -> None:
        while not self._stop.wait(BLOCK_TIME):
            with self._turning:
                self._ask("evm_mine")

    def events(self, last: int) -> list[Seen]:
        """By the receipts of each block, decoded by web3. A block that was read under its hash is not read again."""
        found: list[Seen] = []
        for said in self.ledger.blocks_at(range(last + 1)):
            if said.hash not in self._read:
                receipts = self.ledger.call("eth_getBlockReceipts", hex(said.number))
                logs = [log for receipt in receipts for log in receipt["logs"]]
                assert {log["blockHash"] for log in logs} <= {said.hash}
                self._read[said.hash] = [self._seen(log) for log in logs]
            found += self._read[said.hash]
        return found

    def _seen(self, log: dict[str, Any]) -> Seen:
        roles = {address.lower(): role for role, address in self.deployment.contracts.items()}
        entries = artifact_of(roles[log["address"]]).abi
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        (entry,) = (e for e in entries if e["type"] == "event" and keccak(text=signature_of(e)) == topics[0])
        args = by_web3(entry, topics, bytes.fromhex(log["data"][2:]))
        place = int(log["blockNumber"], 16), int(log["logIndex"], 16)
        return *place, log["blockHash"], log["transactionHash"], entry["name"], args

    def _register(self) -> None:
        """What falls out is not sent again: another registration takes its nonce. Refusals are nobody's concern: the
        chain may have turned since the nonce was asked for."""
        salt = 0
        while not self._stop.wait(0.03):
            nonce = int(self._ask("eth_getTransactionCount", self.hospital.address, "latest")["result"], 16)
            for further in range(3):
                salt += 1
                command = Command("", "datasets", "registerDataset", (digest(salt), digest(9)))
                to, calldata = self.deployment.contracts.datasets, abi.calldata_of(command)
                self._ask("eth_sendRawTransaction", self.hospital.sign(to, calldata, nonce + further).raw)

    def _ask(self, method: str, *params: Any) -> Any:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return requests.post(self.url, json=request, timeout=20).json()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    handles: list[Handle] = []
    try:
        port = free_port()
        start_anvil(port, CHAIN_ID, BLOCK_TIME, tmp_path / "chain.log", handles.append)
        with Chain(f"http://127.0.0.1:{port}") as made:
            yield made
    finally:
        for handle in handles:
            stop(handle)


def stored(database: Database) -> list[Seen]:
    query = select(event, block.c.hash).join(block, block.c.number == event.c.block)
    with database.read() as connection:
        rows = connection.execute(query.order_by(event.c.block, event.c.log_index))
        return [(r.block, r.log_index, r.hash, r.transaction, r.name, r.args) for r in rows]


def follow(follower: Follower) -> int:
    """Up to a head; a chain that turns, or is shorter for a moment than what was followed, is asked again."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return follower.catch_up().number
        except ChainAnswerInvalid:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_the_index_is_the_chain_whatever_turns(chain: Chain, database: Database) -> None:
    of = random.Random(SEED)
    index = SqlIndex(database)
    follower = Follower(chain.ledger, index, chain.deployment, log_range=40)
    depths = [1, DEEPEST, *(of.randint(1, DEEPEST) for _ in range(ROUNDS - 2))]
    of.shuffle(depths)
    told = 0
    feed = Feed(index, chain.deployment)
    consumers = [Consumer(feed, page) for page in (7, 1_000)]
    for depth in depths:
        time.sleep(of.uniform(0, 0.5))
        follow(follower)
        before = stored(database)
        chain.turn(depth)
        time.sleep(of.uniform(0, 0.3))
        reached = follow(follower)
        after = stored(database)
        assert after == chain.events(reached)

        taken_back = index.reverted_events(told, 10**6)
        assert [one.number for one in taken_back] == list(range(told + 1, told + 1 + len(taken_back)))
        stands = {one[:4] for one in after}
        gone = [one for one in reversed(before) if one[:4] not in stands]
        assert [(o.at.block, o.at.log_index, o.transaction, o.name, o.args) for o in taken_back] == [
            (number, place, transaction, name, args) for number, place, _, transaction, name, args in gone
        ]
        told += len(taken_back)
        for consumer in consumers:
            consumer.look(of.choice((0, 1, 20)))
    assert told > 100
    for consumer in consumers:
        while consumer.at != feed.end_of(None):
            consumer.look(1)
        assert consumer.holds == [args["dataset"] for *_, name, args in stored(database) if name == REGISTERED]
    assert sum(consumer.reverted for consumer in consumers) > 10
    before_rebuild, after_rebuild = follower.rebuild()
    assert before_rebuild == after_rebuild
