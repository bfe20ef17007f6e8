"""A second generation on a real chain: made, voted in, written to, followed in the middle of a range."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from ledger_node.chain.deploy import Founder, deploy, deploy_generation
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.domain.codes import Capability, ProposalKind
from ledger_node.domain.command import Command, Generations
from ledger_node.indexer.follower import Follower
from ledger_node.localnet.anvil import start_anvil
from ledger_node.localnet.processes import Handle, free_port, stop
from ledger_node.ports import Page
from ledger_node.store.index import SqlIndex
from ledger_node.store.lease import open_alone
from tests.fakes import digest

CHAIN_ID = 31_341
ADMINS = [Account.from_key(digest(n)).address for n in (77, 78)]
KLINIK = {"admin": "", "capabilities": 1, "forProfit": False, "name": "Klinikum Größe"}


class World:
    """A custodian and a regulator, a node's index, an engine of their own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.ledger = RpcLedger(url)
        keys = [KeystoreSigner(Account.create(), CHAIN_ID) for _ in range(5)]
        self.deployer, self.hospital, self.regulator = keys[0], keys[2], keys[4]
        founders = (
            Founder("Aurora", keys[1].address, keys[2].address, Capability.CUSTODIAN | Capability.PUBLISHER),
            Founder("Authority", keys[3].address, keys[4].address, Capability.REGULATOR),
        )
        self.deployment = deploy(self.ledger, self.deployer, founders)
        self.database = open_alone(f"sqlite:///{folder / 'node.db'}")
        self.index = SqlIndex(self.database)

    def follower(self, log_range: int) -> Follower:
        return Follower(self.ledger, self.index, self.deployment, log_range)

    @property
    def generations(self) -> Generations:
        at = self.index.checkpoint()
        registered = self.index.generations(at.number) if at else []
        return Generations.known(self.deployment.contracts, registered)

    def write(
        self, signer: KeystoreSigner, contract: str, function: str, *args: Any, generation: int | None = None
    ) -> Any:
        """What the write did, or how it was refused."""
        command = Command("", contract, function, args, generation=generation)
        to, calldata = self.generations.address_of(command), self.ledger.calldata(command)
        signed = signer.sign(to, calldata, self.ledger.transaction_count(signer.address))
        self.ledger.send(signed.raw)
        deadline = time.monotonic() + 30
        while (receipt := self.ledger.receipt(signed.hash)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return self.ledger.outcome(receipt, self.generations.listings())

    def propose(self, kind: ProposalKind, fields: dict[str, Any], salt: int) -> tuple[Any, str]:
        payload = self.ledger.payload(kind, fields)
        return self.write(self.hospital, "consortium", "propose", digest(salt), int(kind), payload), payload


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    handles: list[Handle] = []
    try:
        port = free_port()
        start_anvil(port, CHAIN_ID, 0.1, tmp_path / "chain.log", handles.append)
        made = World(f"http://127.0.0.1:{port}", tmp_path)
        yield made
        made.database.close()
    finally:
        for handle in handles:
            stop(handle)


def test_second_generation_is_followed_from_its_registration(world: World) -> None:
    old = world.write(world.hospital, "datasets", "registerDataset", digest(1), digest(2))
    made = deploy_generation(world.ledger, world.deployer, world.deployment.contracts.consortium)
    for role, place in made.items()[1:]:
        assert len(world.ledger.call("eth_getCode", place, "latest")) > 2, role
    fields = {role: place for role, place in made.items() if role != "consortium"}
    opened, payload = world.propose(ProposalKind.REGISTER_GENERATION, fields, 3)
    for signer in (world.hospital, world.regulator):
        world.write(signer, "consortium", "vote", opened["proposal"], True)
    done = world.write(world.regulator, "consortium", "execute", opened["proposal"], payload)
    assert done["events"] == ["ProposalExecuted", "GenerationRegistered"]
    world.follower(1_000).catch_up()
    assert world.generations.contracts_of() == made

    new = world.write(world.hospital, "datasets", "registerDataset", digest(1), digest(2))
    refused = world.write(world.hospital, "datasets", "registerDataset", digest(9), digest(2), generation=1)
    assert refused["error"] == "ConsortiumNotInForce"
    published = {"root": 4, "cardDigest": 5, "attestationDigest": 6}
    publication = (*(digest(n) for n in published.values()), 1, 0, 0, 0, 0)
    late = world.write(world.hospital, "datasets", "publishVersion", old["dataset"], 1, publication, generation=1)
    assert late["error"] == "ConsortiumNotInForce"
    assert new["dataset"] != old["dataset"]
    head = world.follower(1_000).catch_up().number

    index = world.index
    first, second = index.datasets(Page(head))
    assert [first.id, second.id] == [old["dataset"], new["dataset"]]
    assert [index.generation_of(one.at) for one in (first, second)] == [1, 2]
    (proposal,) = index.proposals(Page(head))
    assert world.ledger.payload_fields(proposal.kind, proposal.payload) == fields
    assert (proposal.executed, proposal.electorate, proposal.votes) == (True, 2, {1: True, 2: True})
    mine = index.events_by_operator(world.hospital.address, 0, Page(head))
    assert [event.name for event in mine] == ["DatasetRegistered", "ProposalOpened", "VoteCast", "DatasetRegistered"]
    seen = index.digest()
    for log_range in (1, 3, 10_000):
        assert world.follower(log_range).rebuild() == (seen, seen)


def test_contract_takes_the_payload_of_every_kind_that_can_be_proposed(world: World) -> None:
    """Its own encoding of what it decoded is what we sent, field for field."""
    consent = {"generation": 1, "consent": digest(7), "reason": 6}
    wanted: dict[ProposalKind, dict[str, Any]] = {
        ProposalKind.ADMIT: {**KLINIK, "admin": ADMINS[0]},
        ProposalKind.REPLACE_ADMIN: {"organisation": 1, "admin": ADMINS[1]},
        ProposalKind.CHANGE_THRESHOLDS: {"all": 6_000, "custodians": 7_000},
        ProposalKind.LIFT_RECALL: {"generation": 1, "recall": digest(8)},
        ProposalKind.REVOKE_CONSENT: consent,
        ProposalKind.SUSPEND_CONSENT: {**consent, "duration": 86_400},
    }
    for salt, (kind, fields) in enumerate(wanted.items(), 1):
        outcome, _ = world.propose(kind, fields, salt)
        assert outcome["events"] == ["ProposalOpened"], (kind, outcome)
    # The last three are refused for what they ask, which the contract could read.
    for kind, number, error in (
        (ProposalKind.SUSPEND, 2, "ConsortiumLastRegulator"),
        (ProposalKind.REINSTATE, 2, "ConsortiumNothingToChange"),
        (ProposalKind.REMOVE, 2, "ConsortiumTooSmall"),
    ):
        outcome, _ = world.propose(kind, {"organisation": number}, 100 + number)
        assert outcome["error"] == error
    head = world.follower(1_000).catch_up().number
    opened = world.index.proposals(Page(head))
    assert [world.ledger.payload_fields(one.kind, one.payload) for one in opened] == list(wanted.values())
