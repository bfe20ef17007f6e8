"""What the integration tests share beside the consortium of all tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from ledger_node.localnet.network import Network
from tests.engines import engine
from tests.integration.pair import CHAIN_ID, PLANS, Pair
from tests.mlflow_server import running
from tests.resting import awake, resting


@pytest.fixture(scope="session")
def resting_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("pair") / "network"
    with resting(folder, chain_id=CHAIN_ID, block_time=0.1, plans=PLANS) as started:
        yield started


@pytest.fixture(scope="module")
def pair(resting_pair: Network) -> Iterator[Pair]:
    """Two organisations with a node each, on a chain of their own, which may be voted on."""
    with awake(resting_pair), closing(Pair(resting_pair)) as made:
        yield made


@pytest.fixture(scope="session")
def mlflow_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real MLflow tracking server on SQLite. Skips without MLflow."""
    with running(engine("mlflow"), tmp_path_factory.mktemp("mlflow")) as url:
        yield url
