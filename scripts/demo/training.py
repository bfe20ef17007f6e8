"""Federated training: each round is opened, contributed to by both hospitals, aggregated and closed.

What leaves a hospital: once the mean and the mean square of each column and its size class, for scaling; in each round
its weights; for the score how many held-out rows came out right. No row does.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_node.client import Client
from scripts.demo.commands import Member
from scripts.demo.federated.federated import Federation, HospitalProcess, Update, Weights, accuracy
from scripts.demo.federated.halves import LABEL
from scripts.demo.story import Story

PURPOSE = "MLTRAINING"
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Granted:
    """A hospital's dataset version and the consent on it."""

    hospital: Member
    table: Path
    dataset: str
    version: int
    consent: str

    def as_input(self) -> str:
        return f"{self.dataset}:{self.version}:{self.consent}"


def grant(hospital: Member, table: Path, publisher: str) -> Granted:
    """Registers a table as a dataset version and issues a consent on it to the publisher."""
    prepared = hospital.folder / "table-v1"
    hospital(
        *("dataset", "prepare", table, "--out", prepared),
        *("--subject", "breast-mass", "--title", "Breast mass measurements", "--label", LABEL),
    )
    registered = hospital("dataset", "register", prepared)
    policy = hospital.write(
        "policy.json",
        {
            "format": "medledger-policy/1",
            "permits": ["federated training of a classifier", "export of its weights"],
            "duty": "attribution in publications",
        },
    )
    issued = hospital(
        *("consent", "issue", "--dataset", registered["dataset"], "--grantee", publisher),
        *("--purpose", PURPOSE, "--operation", "TRAIN", "--operation", "FEDERATED_ROUND"),
        *("--operation", "EXPORT_WEIGHTS", "--until", "365d", "--max-rounds", "20", "--policy", policy),
    )
    return Granted(hospital, table, registered["dataset"], registered["version"], issued["outcome"]["consent"])


def train(publisher: Member, grants: list[Granted], story: Story) -> dict[str, Any]:
    """Opens a run on all consents and trains; returns ids and the accuracy that was reached."""
    model_card = publisher.write(
        "model-card.json",
        {"format": "medledger-model-card/1", "title": "Breast mass classifier", "intendedUse": "demonstration only"},
    )
    model = publisher("model", "register", "--card", model_card)["outcome"]["model"]
    run_card = publisher.write(
        "run-card.json",
        {"format": "medledger-run-card/1", "method": "federated averaging of logistic regressions", "rounds": ROUNDS},
    )
    inputs = [argument for granted in grants for argument in ("--input", granted.as_input())]
    opened = publisher(
        *("run", "open", model, "--operation", "TRAIN", "--purpose", PURPOSE, "--card", run_card, *inputs)
    )
    run = opened["outcome"]["run"]
    story.say(f"run {run[:18]}… on {len(grants)} consents")

    with ExitStack() as open_processes, Client(publisher.url, publisher.key) as node:
        hospitals = [open_processes.enter_context(HospitalProcess(granted.table)) for granted in grants]
        federation = Federation(hospitals)
        weights = federation.start()
        for number in range(1, ROUNDS + 1):
            weights = _round(federation, node, run, number, grants, weights)
            reached = accuracy(federation.evaluate(weights))
            story.say(f"round {number} closed: accuracy {reached:.3f} on rows that no hospital trained on")
    artifact = publisher.folder / "model.json"
    artifact.write_bytes(weights.content())
    version_card = publisher.write(
        "version-card.json",
        {"format": "medledger-version-card/1", "accuracy": round(reached, 4), "rounds": ROUNDS},
    )
    published = publisher(*("model", "publish", model, "--run", run, "--artifact", artifact, "--card", version_card))
    version = published["outcome"]["version"]
    story.say(f"version {version[:18]}… published, accuracy {reached:.3f}")
    return {"model": model, "run": run, "version": version, "accuracy": round(reached, 4)}


def _round(
    federation: Federation, node: Client, run: str, number: int, grants: list[Granted], weights: Weights
) -> Weights:
    """One round: each hospital trains on its own rows, and records the digest of its own update."""
    node.runs.open_round(run)
    trained = federation.round(weights)

    def contribute(granted: Granted, update: Update) -> None:
        with Client(granted.hospital.url, granted.hospital.key) as own:
            _wait_for_round(own, run, number)
            own.runs.contribute(run, number, update.weights.digest())

    with ThreadPoolExecutor(len(grants)) as pool:
        list(pool.map(contribute, grants, trained.updates))
    _wait_for_round(node, run, number, contributions=len(grants))
    node.runs.close_round(run, number, trained.aggregate.digest())
    return trained.aggregate


def _wait_for_round(node: Client, run: str, number: int, contributions: int = 0) -> None:
    """Everyone watches the node of its own organisation, which sees what others did within a block."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for opened in node.runs.get(run)["rounds"]:
            if opened["number"] == number and len(opened["contributions"]) >= contributions:
                return
        time.sleep(0.1)
    raise TimeoutError(f"round {number} did not reach a node in time")
