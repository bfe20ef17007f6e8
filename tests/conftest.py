"""What all tests share. A test that needs a server starts it on a free loopback port and stops it by its own handle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from ledger_node.localnet.network import Network
from ledger_node.store.database import Database
from ledger_node.store.lease import Lease
from tests.postgresql import PostgreSql
from tests.resting import awake, resting

#: Files of these folders share what takes long to make, so that one process of several runs them all.
TOGETHER = ("tests/browser", "tests/integration/privacy")


class ByFile(LoadScopeScheduling):
    """Hands files to the processes that test, and some folders whole."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile | None:
    return ByFile(config, log) if config.getoption("dist") == "load" else None


@pytest.fixture(scope="session")
def resting_consortium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with resting(tmp_path_factory.mktemp("consortium") / "network", chain_id=31_337, block_time=0.5) as started:
        yield started


@pytest.fixture(scope="module")
def consortium(resting_consortium: Network) -> Iterator[Network]:
    """A real consortium: anvil, the deployed contracts, four members, a node process for each."""
    with awake(resting_consortium):
        yield resting_consortium


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """A real PostgreSQL, reached over a socket in a folder: not in pytest's own, which another session of the same user
    closes to the server's user."""
    with TemporaryDirectory(prefix="medledger-") as folder, PostgreSql.running(Path(folder), durable=False) as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def lease(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lease]:
    """The writing of an empty store of either engine, with its tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'node.db'}"
    else:
        url = request.getfixturevalue("postgresql").new_url()
    database = Database(url)
    database.migrate()
    held = Lease(database, "test")
    assert held.take()
    yield held
    held.lose()
    database.close()


@pytest.fixture
def database(lease: Lease) -> Database:
    """An empty store of either engine, with its tables, that this process writes."""
    return lease.database
