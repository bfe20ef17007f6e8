"""What the integration tests share beside the consortium of all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger_node.localnet import network
from ledger_node.localnet.network import Network
from tests.engines import engine
from tests.integration.pair import CHAIN_ID, PLANS, Pair
from tests.mlflow_server import running
from tests.resting import awake, end, rest


@pytest.fixture(scope="session")
def resting_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    started = network.up(tmp_path_factory.mktemp("pair") / "network", chain_id=CHAIN_ID, block_time=0.1, plans=PLANS)
    rest(started)
    yield started
    end(started)


@pytest.fixture(scope="module")
def pair(resting_pair: Network) -> Iterator[Pair]:
    """Two organisations with a node each, on a chain of their own, which may be voted on."""
    with awake(resting_pair):
        made = Pair(resting_pair)
        yield made
        made.close()


@pytest.fixture(scope="session")
def mlflow_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real MLflow tracking server on SQLite. Skips without MLflow."""
    with running(engine("mlflow"), tmp_path_factory.mktemp("mlflow")) as url:
        yield url
