"""How many final facts a second a node captures, each of another model version: nothing makes more work.

Facts of the same versions are captured together, so that the node keeps up with more of those.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from ledger_node.bootstrap import Node, Runtime
from ledger_node.config import load_config
from scripts.bench.form import Figure
from tests.integration.pair import CARD, Pair, some_digest

VERSIONS = 400
AT_ONCE = 32  # requests, each of which waits for a block
LONGEST = 300.0  # seconds


def measured(pair: Pair, runs: int, versions: int = VERSIONS) -> Figure:
    """Over a store of its own, whose index stands at the head when its workers begin."""
    figure = Figure("final facts captured in a second, each of another version", goal=200, better="higher")
    publish(pair, versions)
    there = len(list(pair.institute.node.versions.all()))
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="medledger-") as folder:
            config = load_config(pair.institute.member.config)
            config = config.model_copy(update={"database": f"sqlite:///{folder}/node.db"})
            with Runtime(config) as node:
                figure.runs.append(there / _captured(node, there))
                if node.capturing.missing(1):
                    figure.void = "some could not be captured"
    return figure


def publish(pair: Pair, versions: int) -> None:
    """So many imports of one model."""
    model, models = pair.model(), pair.institute.node.models

    def import_one(_: int) -> None:
        pair.done(models.import_version(model, artifact_digest=some_digest(), card=CARD, parents=()))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(import_one, range(versions)))


def _captured(node: Node, versions: int) -> float:
    """Seconds until all are."""
    began = time.perf_counter()
    while node.capturing.kept().captures < versions:
        if time.perf_counter() - began > LONGEST:
            break
        time.sleep(0.1)
    return time.perf_counter() - began
