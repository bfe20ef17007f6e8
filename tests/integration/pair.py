"""Two organisations, each with a node, on a real chain: a hospital, and an institute that may be everything."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger_node.chain import acts
from ledger_node.chain.acts import Act, Acts
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.client import Client, Input, Scope
from ledger_node.client.answers import Submission
from ledger_node.client.consents import Terms
from ledger_node.client.datasets import NewVersion
from ledger_node.client.inputs import Document
from ledger_node.client.proposals import Proposals
from ledger_node.config import load_deployment
from ledger_node.domain.codes import (
    Capability,
    Operation,
    Outcome,
    Permission,
    Purpose,
    Region,
    SizeClass,
    Supersession,
)
from ledger_node.domain.command import Command, Deployment, Listing
from ledger_node.errors import MedLedgerError
from ledger_node.localnet.members import Member, Plan
from ledger_node.localnet.network import Network

CHAIN_ID = 31_343
EVERYTHING = Capability.CUSTODIAN | Capability.PUBLISHER | Capability.REGULATOR
PLANS = (
    Plan("hospital", "Hospital", Capability.CUSTODIAN, founder=True),
    Plan("institute", "Institute", EVERYTHING, founder=True),
)
CARD = Document({"title": "a card"})
SCOPE = Scope(Purpose.MLTRAINING, Region.DE)
TRAINING = Operation.TRAIN | Operation.FEDERATED_ROUND | Operation.EXPORT_WEIGHTS


@dataclass(frozen=True, slots=True)
class Side:
    """An organisation by its number, and its node as asked with the operator's key."""

    number: int
    member: Member
    node: Client


class Pair:
    """The hospital and the institute. What a method writes, both nodes have indexed when it returns."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.hospital, self.institute = (
            Side(number, member, Client(member.url, member.api_keys["operator"], timeout=30))
            for number, member in enumerate(network.members, start=1)
        )
        self.ledger = RpcLedger(network.rpc_url)
        self.deployment: Deployment = load_deployment(network.folder / "deployment.json")
        self._acts = Acts(self.ledger, self.deployment.contracts)

    def close(self) -> None:
        self.hospital.node.close()
        self.institute.node.close()

    def done(self, submission: Submission) -> Submission:
        """A write that was mined and did what it was to do, once both nodes have indexed it."""
        assert submission["receiptStatus"] == 1, submission
        assert submission["block"] is not None
        self.wait_for(submission["block"])
        return submission

    def wait_for(self, block: int) -> None:
        deadline = time.monotonic() + 30
        for side in (self.hospital, self.institute):
            while side.node.node.get()["asOfBlock"] < block:
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def settle(self) -> None:
        """Until both nodes have seen all that is on the chain."""
        self.wait_for(self.ledger.head().number)

    def made(self, submission: Submission, what: str) -> str:
        """The id of what a write made."""
        outcome = self.done(submission)["outcome"]
        assert outcome is not None
        return str(outcome[what])  # type: ignore[literal-required]

    def dataset(self, side: Side) -> str:
        """A dataset with one version."""
        dataset = self.made(side.node.datasets.register(CARD), "dataset")
        self.done(side.node.datasets.publish(dataset, version(Supersession.FIRST)))
        return dataset

    def model(self) -> str:
        return self.made(self.institute.node.models.register(CARD), "model")

    def consent(self, terms: Terms, grantor: Side | None = None) -> str:
        return self.made((grantor or self.hospital).node.consents.issue(terms), "consent")

    def run(self, model: str, *used: Input) -> str:
        opened = self.institute.node.runs.open(model, scope=SCOPE, card=CARD, inputs_used=used)
        return self.made(opened, "run")

    def version(self, model: str, *used: Input) -> str:
        """A model version from a run without rounds."""
        run = self.run(model, *used)
        runs, models = self.institute.node.runs, self.institute.node.models
        self.done(runs.close(run, Outcome.COMPLETED, result_digest=some_digest()))
        return self.made(models.publish(model, run=run, artifact_digest=some_digest(), card=CARD), "version")

    def pass_(self, open_: Callable[[Proposals], Submission], opener: Side | None = None) -> int:
        """Opens a proposal (at the hospital unless another is named), and both vote for it: its number."""
        outcome = self.done(open_((opener or self.hospital).node.proposals))["outcome"]
        assert outcome is not None
        number = int(outcome["proposal"])
        for side in (self.hospital, self.institute):
            side.node.proposals.vote(number, in_favour=True)
        self.settle()
        return number

    def admit(self, open_: Callable[[Proposals], Submission], admin: KeystoreSigner) -> None:
        """An admission, which no member can carry out: the newcomer's admin key does."""
        number = self.pass_(open_)
        refused(lambda: self.institute.node.proposals.execute(number))
        self.act(acts.execute(admin, number, self._acts.payload_of(number)))

    def decide(self, open_: Callable[[Proposals], Submission], opener: Side | None = None) -> Submission:
        """Opens a proposal and both vote for it, as `pass_`; the institute executes it."""
        number = self.pass_(open_, opener)
        executed = self.done(self.institute.node.proposals.execute(number))
        assert self.hospital.node.proposals.get(number)["state"] == "EXECUTED"
        return executed

    def admin(self, side: Side) -> KeystoreSigner:
        return side.member.signer("admin", CHAIN_ID)

    def operator(self, side: Side) -> KeystoreSigner:
        return side.member.signer("operator", CHAIN_ID)

    def act(self, step: Act) -> None:
        """What an organisation does with its own keys, without a node."""
        self._acts.do([step])
        self.settle()

    def look_at_alarm(self, side: Side) -> None:
        """As the operator of a node does whose key was used elsewhere."""
        deadline = time.monotonic() + 30
        while side.node.node.status()["paused"] != "foreign_transaction":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        side.node.node.resume()

    def send(self, key: KeystoreSigner, contract: str, function: str, *args: object) -> dict[str, Any]:
        """A transaction of any key to a contract of the newest generation: what it did, or how it was refused."""
        index = list(self.institute.node.consortium.generations())[-1]
        place = {**index["contracts"], "consortium": self.deployment.contracts.consortium}[contract]
        calldata = self.ledger.calldata(Command("", contract, function, args))
        signed = key.sign(place, calldata, self.ledger.transaction_count(key.address))
        self.ledger.send(signed.raw)
        deadline = time.monotonic() + 30
        while (receipt := self.ledger.receipt(signed.hash)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        listing = Listing(contract, index["number"], place)
        return self.ledger.outcome(receipt, [listing])


def some_digest() -> str:
    return "0x" + secrets.token_hex(32)


def version(supersession: Supersession) -> NewVersion:
    digests = (some_digest(), some_digest(), some_digest())
    return NewVersion(*digests, SizeClass.FROM_100, supersession, options=(113100, 113101))


def now() -> datetime:
    return datetime.now(UTC)


def terms(dataset: str, grantee: Side, operations: Operation = TRAINING) -> Terms:
    return Terms(
        dataset=dataset,
        grantee=grantee.number,
        permission=Permission.GRU,
        purposes=Purpose.MLTRAINING,
        operations=operations,
        not_before=now() - timedelta(minutes=1),
        expires_at=now() + timedelta(days=30),
        policy_digest=some_digest(),
    )


def refused(write: Callable[[], object]) -> MedLedgerError:
    """The error with which a call is refused."""
    with pytest.raises(MedLedgerError) as caught:
        write()
    return caught.value


def reason_of(write: Callable[[], object]) -> object:
    """Why a consent does not permit a use: the reason that the refusal names."""
    return refused(write).facts.get("reason")
