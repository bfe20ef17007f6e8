"""Federated training: each round is opened, contributed to by both hospitals, aggregated and closed.

What leaves a hospital: once the mean and the mean square of each column and its size class, for scaling; in each round
its weights; for the score how many held-out rows of each label came out right. No row does.
"""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger_node.client import Client
from scripts.demo import cards
from scripts.demo.cards import ROUNDS
from scripts.demo.commands import Member, settled
from scripts.demo.federated.federated import Federation, HospitalProcess, Update, Weights, accuracy
from scripts.demo.federated.halves import LABEL
from scripts.demo.federated.measuring import measured
from scripts.demo.story import Story

PURPOSE = "MLTRAINING"
#: Where the publisher computes; the consents permit one country more.
REGION = "DE"
REGIONS = ("--region", REGION, "--region", "FI")
OPERATIONS = tuple(
    part for name in ("TRAIN", "FINE_TUNE", "FEDERATED_ROUND", "EXPORT_WEIGHTS") for part in ("--operation", name)
)


@dataclass(frozen=True, slots=True)
class Registered:
    """A hospital's dataset version."""

    hospital: Member
    table: Path
    dataset: str
    version: int


@dataclass(frozen=True, slots=True)
class Granted:
    """A dataset version and the consent on it."""

    registered: Registered
    consent: str

    @property
    def hospital(self) -> Member:
        return self.registered.hospital

    def as_input(self, operation: str) -> str:
        return f"{self.registered.dataset}:{self.registered.version}:{self.consent}:{operation}"


@dataclass(frozen=True, slots=True)
class Project:
    """What the publisher asks for: its public card, and the salted commitment to its ethics vote (0x-hex)."""

    card: Path
    reference: str


def register(hospital: Member, table: Path) -> Registered:
    """A table as a dataset version."""
    prepared = hospital.folder / "table-v1"
    about = hospital.write("about.json", cards.about(hospital.slug, table))
    hospital(
        *("dataset", "prepare", table, "--out", prepared),
        *("--subject", "breast-mass", "--title", "Breast mass measurements", "--label", LABEL, "--about", about),
        *("--description", "Half of the Wisconsin breast cancer table: 30 features of each mass, and a diagnosis"),
    )
    made = hospital("dataset", "register", prepared)
    return Registered(hospital, table, made["dataset"], made["version"])


def propose_project(publisher: Member) -> Project:
    card = publisher.write(
        "project-card.json",
        {
            "format": "medledger-project-card/1",
            "title": "Federated classifier of breast masses",
            "data": "no row moves",
        },
    )
    # Salted, or whoever guesses the number of the vote could recognise it.
    return Project(card, "0x" + sha256(secrets.token_bytes(32) + b"ethics vote 2026-114").hexdigest())


def ask(publisher: Member, registered: Registered, project: Project) -> str:
    """The publisher asks for a consent; returns the request's id."""
    made = publisher(
        *("request", "make", "--dataset", registered.dataset, "--card", project.card, "--project", project.reference),
        *("--purpose", PURPOSE, *OPERATIONS, *REGIONS, "--until", "365d", "--max-rounds", "20"),
    )
    return str(made["outcome"]["request"])


def grant(registered: Registered, request: str, project: Project, publisher: str) -> Granted:
    """The hospital answers the request with a consent, every kind of term among it."""
    hospital = registered.hospital
    hospital.wait_for_fact(lambda node: node.requests.get(request))
    policy = hospital.write(
        "policy.json",
        {
            "format": "medledger-policy/1",
            "permits": ["federated training of a classifier", "export of its weights"],
            "duty": "attribution in publications",
        },
    )
    issued = hospital(
        *("consent", "issue", "--dataset", registered.dataset, "--grantee", publisher, "--request", request),
        *("--basis", "PUBLIC_INTEREST_LAW", "--permission", "HMB", "--purpose", PURPOSE, *OPERATIONS),
        *("--modifier", "PS", "--modifier", "GS", "--modifier", "NCU", "--modifier", "PUB", *REGIONS),
        *("--project", project.reference, "--forbid-option", "113110", "--until", "364d"),
        *("--max-rounds", "20", "--epsilon", "0", "--policy", policy),
    )
    return Granted(registered, issued["outcome"]["consent"])


def train(publisher: Member, grants: list[Granted], project: Project, story: Story) -> dict[str, Any]:
    """Opens a run on all consents, trains, closes it and publishes a version; then opens the next run.

    Returns ids and the accuracy that was reached.
    """
    model_card = publisher.write("model-card.json", cards.model_card())
    model = publisher("model", "register", "--card", model_card)["outcome"]["model"]
    run = open_run(publisher, model, grants, project, "TRAIN")
    story.say(f"run {run[:18]}… on {len(grants)} consents")

    with ExitStack() as open_processes, Client(publisher.url, publisher.key) as node:
        hospitals = [open_processes.enter_context(HospitalProcess(granted.registered.table)) for granted in grants]
        federation = Federation(hospitals)
        weights = federation.start()
        for number in range(1, ROUNDS + 1):
            weights = _round(federation, node, run, number, grants, weights)
            scores = federation.evaluate(weights)
            reached = accuracy(scores)
            story.say(f"round {number} closed: accuracy {reached:.3f} on rows that no hospital trained on")
    artifact = publisher.folder / "model.json"
    artifact.write_bytes(weights.content())
    metrics = measured(scores, [granted.hospital.name for granted in grants])
    used = [(granted.registered.dataset, granted.registered.version) for granted in grants]
    version_card = publisher.write(
        "version-card.json", cards.version_card(weights.digest(), metrics, used, publisher.name)
    )
    publisher("run", "close", run, "--result", artifact)
    published = publisher("model", "publish", model, "--run", run, "--artifact", artifact, "--card", version_card)
    version = published["outcome"]["version"]
    story.say(f"version {version[:18]}… published, accuracy {reached:.3f}")
    following = open_run(publisher, model, grants, project, "FINE_TUNE")
    story.say(f"run {following[:18]}… opened, to go on from there")
    return {"model": model, "run": run, "next": following, "version": version, "accuracy": round(reached, 4)}


def open_run(publisher: Member, model: str, grants: list[Granted], project: Project, operation: str) -> str:
    card = publisher.write(f"run-card-{operation.lower()}.json", cards.run_card(REGION))
    inputs = [argument for granted in grants for argument in ("--input", granted.as_input(operation))]
    opened = publisher(
        *("run", "open", model, "--purpose", PURPOSE, "--region", REGION, "--project", project.reference),
        *("--card", card, "--code", cards.source_digest(), *inputs),
    )
    return str(opened["outcome"]["run"])


def _round(
    federation: Federation, node: Client, run: str, number: int, grants: list[Granted], weights: Weights
) -> Weights:
    """One round: each hospital trains on its own rows, and records the digest of its own update."""
    node.runs.open_round(run)
    trained = federation.round(weights)

    def contribute(granted: Granted, update: Update) -> None:
        with Client(granted.hospital.url, granted.hospital.key) as own:
            _wait_for_round(own, granted.hospital.depth, run, number)
            own.runs.contribute(run, number, update.weights.digest())

    with ThreadPoolExecutor(len(grants)) as pool:
        list(pool.map(contribute, grants, trained.updates))
    _wait_for_round(node, grants[0].hospital.depth, run, number, contributions=len(grants))
    node.runs.close_round(run, number, trained.aggregate.digest())
    return trained.aggregate


def _wait_for_round(node: Client, depth: int, run: str, number: int, contributions: int = 0) -> None:
    """Everyone watches the node of its own organisation, which sees what others did within a block."""

    def seen() -> bool:
        rounds = node.runs.get(run)["rounds"]
        return any(opened["number"] == number and len(opened["answers"]) >= contributions for opened in rounds)

    deadline = time.monotonic() + 30 + 10 * depth
    while time.monotonic() < deadline:
        if settled(node, seen, depth):
            return
        time.sleep(0.1)
    raise TimeoutError(f"round {number} did not reach a node in time")
