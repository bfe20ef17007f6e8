"""What all tests share. A test that needs a server starts it on a free loopback port and stops it by its own handle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger_node.localnet import network
from ledger_node.localnet.network import Network


@pytest.fixture(scope="session")
def consortium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A real consortium: anvil, the deployed contracts, four members, a node process for each."""
    started = network.up(tmp_path_factory.mktemp("consortium") / "network", chain_id=31_337, block_time=0.5)
    yield started
    network.down(started)
