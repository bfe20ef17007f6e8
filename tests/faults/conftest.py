"""Each test says in a table what it tried, and how much was lost or done twice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from ledger_node.localnet import network
from ledger_node.localnet.members import CONSORTIUM
from ledger_node.localnet.network import Network
from tests.faults.audit import Verdict, datasets
from tests.integration.pair import CHAIN_ID, PLANS, Pair
from tests.resting import awake, resting

#: `make test-faults` tries each failure this many times as often as the shorter form.
WHOLE = os.environ.get("MEDLEDGER_FAULTS") == "whole"
RECORD = Path("build/faults.json")
ROW = "fault"


class Account:
    """What one test tells for the table. It goes with the test's report, which comes from whatever process ran it."""

    def __init__(self, name: str, properties: list[tuple[str, object]]) -> None:
        self._name = name
        self._properties = properties

    def write(self, tries: int, verdict: Verdict) -> None:
        """`tries` is how often the failure was made."""
        row = {"row": self._name, "tries": tries, "requests": verdict.requests}
        self._properties.append((ROW, {**row, "lost": verdict.lost, "duplicated": verdict.duplicated}))
        verdict.require_nothing_lost()


@pytest.fixture
def account(request: pytest.FixtureRequest) -> Account:
    """The row is named after the test."""
    return Account(request.node.name.removeprefix("test_").replace("_", " "), request.node.user_properties)


@contextmanager
def _hospital(folder: Path, store: str) -> Iterator[Network]:
    """A hospital and a regulator on a chain, each with its node."""
    started = network.up(folder, chain_id=31_361, block_time=0.5, plans=CONSORTIUM[:2], store=store)
    try:
        yield started
    finally:
        network.down(started)


@pytest.fixture(params=["sqlite", "postgresql"])
def hospital_network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Network]:
    """On either store."""
    with _hospital(tmp_path / "network", request.param) as started:
        yield started


@pytest.fixture
def before(pair: Pair) -> int:
    """The datasets of the pair that are there when a test begins."""
    pair.settle()
    return len(datasets(pair.network))


@pytest.fixture
def sqlite_network(tmp_path: Path) -> Iterator[Network]:
    with _hospital(tmp_path / "network", "sqlite") as started:
        yield started


@pytest.fixture
def postgresql_network(tmp_path: Path) -> Iterator[Network]:
    with _hospital(tmp_path / "network", "postgresql") as started:
        yield started


@pytest.fixture(scope="session")
def resting_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("faults") / "network"
    with resting(folder, chain_id=CHAIN_ID, block_time=0.2, plans=PLANS) as started:
        yield started


@pytest.fixture(scope="module")
def pair(resting_pair: Network) -> Iterator[Pair]:
    """A hospital and an institute that may be everything, for one test after the other."""
    with awake(resting_pair), closing(Pair(resting_pair)) as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ended = (one for state in ("passed", "failed") for one in terminalreporter.stats.get(state, []))
    rows = [row for one in ended if one.when == "call" for name, row in one.user_properties if name == ROW]
    if not rows:
        return
    table = Table("what was broken", "tries", "requests", "lost", "done twice", title="faults", title_justify="left")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(rows, indent=2) + "\n")
