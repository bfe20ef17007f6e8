"""A running consortium with something to see: a chain, a node for each of three organisations, and their story."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from ledger_node.client import Client, Input, Scope
from ledger_node.client.answers import Submission
from ledger_node.client.consents import Terms
from ledger_node.client.datasets import NewVersion
from ledger_node.client.inputs import Document
from ledger_node.client.requests import Wanted
from ledger_node.domain.codes import (
    Basis,
    Capability,
    DeclineReason,
    Modifier,
    Operation,
    Outcome,
    Permission,
    Purpose,
    Region,
    Severity,
    SizeClass,
    StateReason,
    Supersession,
)
from ledger_node.localnet import network
from ledger_node.localnet.members import Member, Plan
from ledger_node.localnet.network import Network
from tests.integration.pair import now, some_digest
from tests.unit.cards.cards import full

CHAIN_ID = 31_347
PLANS = (
    Plan("hospital", "Hôpital Saint-Luc", Capability.CUSTODIAN, founder=True),
    Plan("publisher", "Sonographix Research", Capability.PUBLISHER, founder=True, for_profit=True),
    Plan("regulator", "Federal Medicines Authority", Capability.REGULATOR, founder=True),
)
#: The role that each organisation's people have at work.
AT_WORK = {"hospital": "steward", "publisher": "publisher", "regulator": "auditor"}
TITLES = ("Ultrasound of the breast", "Mammography, screening", "Histology of biopsies")
BLOCK = 1  # seconds between blocks, once the story is told; a tenth before
SCOPE = Scope(Purpose.MLTRAINING, Region.FR)
TRAINING = Operation.TRAIN | Operation.FINE_TUNE | Operation.FEDERATED_ROUND | Operation.EXPORT_WEIGHTS


@dataclass(frozen=True, slots=True)
class Facts:
    """The ids of what the story leaves behind.

    `dataset` has two versions; `consent` on it is active, used and charged with rounds. `revoked` was on `revoked_on`
    and was used too, `suspended` never. `asked` is an open request that the hospital asked back on, `granted` became
    `consent`. `run` has two closed rounds and made `version`, which is recalled (`recall`, acknowledged by the hospital
    alone); `child` was trained on from it and released. `running` is a run with an open round. `proposal` is open, with
    one vote.
    """

    dataset: str
    revoked_on: str
    consent: str
    revoked: str
    suspended: str
    granted: str
    asked: str
    declined: str
    model: str
    run: str
    running: str
    version: str
    child: str
    recall: str
    proposal: int


@dataclass(frozen=True, slots=True)
class Scene:
    """`network` runs; `facts` are on its chain, and every node knows them."""

    network: Network
    facts: Facts

    def member(self, organisation: str) -> Member:
        """`hospital`, `publisher` or `regulator`."""
        return self.network.member(organisation)

    def client(self, organisation: str, role: str | None = None) -> Client:
        """The organisation's node, asked with the key of a role: of who works there unless named. To be closed."""
        return _client(self.network, organisation, role)

    def wait_for(self, submission: Submission) -> Submission:
        """A write that did what it was to do, once all nodes have indexed it."""
        _wait_for(self.network, submission)
        return submission


@contextmanager
def playing(folder: Path) -> Iterator[Scene]:
    """Takes some 20 seconds to begin."""
    started = network.up(folder / "network", chain_id=CHAIN_ID, block_time=0.1, plans=PLANS)
    try:
        facts = tell(started)
        _slow_down(started)
        yield Scene(started, facts)
    finally:
        network.down(started)


def tell(started: Network) -> Facts:
    with ExitStack() as open_:
        hospital, publisher, regulator = (
            open_.enter_context(_client(started, organisation, role))
            for organisation, role in (("hospital", "steward"), ("publisher", "publisher"), ("regulator", "operator"))
        )
        voter = open_.enter_context(_client(started, "hospital", "operator"))
        done, made = partial(_wait_for, started), partial(_made, started)

        datasets = [made(hospital.datasets.register(Document({"title": title})), "dataset") for title in TITLES]
        for place, dataset in enumerate(datasets):
            hospital.datasets.publish(dataset, _version(hospital, dataset, place, Supersession.FIRST))
        done(hospital.datasets.publish(datasets[0], _version(hospital, datasets[0], 0, Supersession.EXTENSION)))
        dataset, revoked_on, third = datasets

        granted, asked, declined = (made(publisher.requests.make(wanted(one)), "request") for one in datasets)
        hospital.requests.send_message(asked, "Which ethics board voted on the project, and when?")
        hospital.requests.decline(declined, DeclineReason.PURPOSE_NOT_COVERED)
        consent = made(hospital.consents.issue(terms(hospital, dataset, request=granted)), "consent")
        revoked = made(hospital.consents.issue(terms(hospital, revoked_on)), "consent")
        suspended = made(hospital.consents.issue(terms(hospital, third)), "consent")
        done(hospital.consents.suspend(suspended, StateReason.STEWARD_DECISION))

        model = made(publisher.models.register(_model_card("Classifier of breast masses")), "model")
        used = [Input(one, 1, by, Operation.TRAIN) for one, by in ((dataset, consent), (revoked_on, revoked))]
        run = made(publisher.runs.open(model, scope=SCOPE, card=_run_card(), inputs_used=used), "run")
        for number in (1, 2):
            _play_round(hospital, publisher, done, run, number, len(used))
        publisher.runs.close(run, Outcome.COMPLETED, result_digest=some_digest())
        version = _publish(publisher, made, model, run)
        tuned = [Input(dataset, 2, consent, Operation.FINE_TUNE)]
        following = made(publisher.runs.open(model, scope=SCOPE, card=_run_card(), inputs_used=tuned), "run")
        publisher.runs.close(following, Outcome.COMPLETED, result_digest=some_digest())
        child = _publish(publisher, made, model, following, version)
        publisher.versions.release(child)
        running = made(publisher.runs.open(model, scope=SCOPE, card=_run_card(), inputs_used=tuned), "run")
        done(publisher.runs.open_round(running, epsilon=500_000))

        done(hospital.consents.revoke(revoked, StateReason.OPT_OUT_BATCH))
        notice = Document({"title": "A hospital revoked its consent", "what": "Do not train on from this version."})
        recall = made(publisher.recalls.issue(version, Severity.SERIOUS, notice), "recall")
        hospital.recalls.acknowledge(recall)
        proposal = int(made(regulator.proposals.change_thresholds(6000, 6000), "proposal"))
        done(voter.proposals.vote(proposal, in_favour=True))
    return Facts(
        dataset=dataset,
        revoked_on=revoked_on,
        consent=consent,
        revoked=revoked,
        suspended=suspended,
        granted=granted,
        asked=asked,
        declined=declined,
        model=model,
        run=run,
        running=running,
        version=version,
        child=child,
        recall=recall,
        proposal=proposal,
    )


def _play_round(
    hospital: Client, publisher: Client, done: Callable[[Submission], Submission], run: str, number: int, inputs: int
) -> None:
    done(publisher.runs.open_round(run, epsilon=250_000))
    for place in range(inputs):
        last = hospital.runs.contribute(run, number, some_digest(), input_=place)
    done(last)
    publisher.runs.close_round(run, number, some_digest())


def _publish(publisher: Client, made: Callable[[Submission, str], str], model: str, run: str, *parents: str) -> str:
    card = _model_card("Classifier of breast masses")
    published = publisher.models.publish(model, run=run, artifact_digest=some_digest(), card=card, parents=parents)
    return made(published, "version")


# What they say


def _version(hospital: Client, dataset: str, place: int, supersession: Supersession) -> NewVersion:
    said = {**full("dataset-card"), "name": TITLES[place]}
    card = hospital.blobs.put(json.dumps(said).encode())["digest"]
    size = (SizeClass.FROM_1_000, SizeClass.FROM_10_000, SizeClass.FROM_100)[place]
    return NewVersion(some_digest(), card, some_digest(), size, supersession, options=(113100, 113101))


def wanted(dataset: str, title: str = "A classifier of breast masses, trained where the images are") -> Wanted:
    """What a request may ask for, so that a consent can give it."""
    return Wanted(
        dataset=dataset,
        purposes=Purpose.MLTRAINING | Purpose.HRESCH,
        operations=TRAINING,
        not_before=now() - timedelta(minutes=2),
        expires_at=now() + timedelta(days=365),
        card=Document({"title": title}),
        regions=Region.FR | Region.DE,
        max_rounds=20,
        epsilon_budget=8_000_000,
    )


def terms(hospital: Client, dataset: str, request: str | None = None) -> Terms:
    policy = hospital.blobs.put(b'{"title":"Training of a classifier","duty":"attribution in publications"}')["digest"]
    return Terms(
        dataset=dataset,
        grantee=2,
        permission=Permission.HMB,
        purposes=Purpose.MLTRAINING | Purpose.HRESCH,
        operations=TRAINING,
        not_before=now() - timedelta(minutes=1),
        expires_at=now() + timedelta(days=20),
        policy_digest=policy,
        basis=Basis.ETHICS_WAIVER,
        modifiers=Modifier.GS | Modifier.PUB,
        regions=Region.FR | Region.DE,
        max_rounds=20,
        epsilon_budget=8_000_000,
        request=request,
    )


def _model_card(title: str) -> Document:
    said = {"title": title, "intendedUse": "Research on images; for no patient", "limitations": "One hospital only"}
    return Document({"format": "medledger-model-card/1", **said})


def _run_card() -> Document:
    said = {"title": "Federated training", "method": "Federated averaging of a small network", "rounds": 2}
    return Document({"format": "medledger-run-card/1", **said})


# How they wait


def _client(started: Network, organisation: str, role: str | None = None) -> Client:
    member = started.member(organisation)
    return Client(member.url, member.api_keys[role or AT_WORK[organisation]], timeout=60)


def _made(started: Network, submission: Submission, what: str) -> str:
    """The id of what a write made, once all nodes know it."""
    outcome: Any = _wait_for(started, submission)["outcome"]
    return str(outcome[what])


def _wait_for(started: Network, submission: Submission) -> Submission:
    block = submission["block"]
    assert submission["receiptStatus"] == 1, submission
    assert block is not None
    deadline = time.monotonic() + 60
    for organisation in AT_WORK:
        with _client(started, organisation) as node:
            while node.node.get()["asOfBlock"] < block:
                assert time.monotonic() < deadline
                time.sleep(0.02)
    return submission


def _slow_down(started: Network) -> None:
    """Blocks in the rhythm of a consortium at work."""
    asked = {"jsonrpc": "2.0", "id": 1, "method": "evm_setIntervalMining", "params": [BLOCK]}
    httpx2.post(started.rpc_url, json=asked, trust_env=False).raise_for_status()
