"""One flow through the whole system, which all tests here look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger_node.localnet.network import Network
from tests.integration.privacy import devices, way, wrong
from tests.integration.privacy.flow import Flow, begun, settle
from tests.resting import awake


@pytest.fixture(scope="package")
def consortium(resting_consortium: Network) -> Iterator[Network]:
    """The consortium of all tests, for all files of this folder."""
    with awake(resting_consortium):
        yield resting_consortium


@pytest.fixture(scope="package")
def flow(consortium: Network, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    """What must be done is done, what must be refused is refused, by the real command line; nothing is searched yet."""
    made = begun(consortium, tmp_path_factory.mktemp("hospital"))
    way.plant(made)
    way.prepare(made)
    wrong.files(made)
    way.register(made)
    way.use(made)
    way.withdraw(made)
    devices.run(made)
    wrong.requests(made)
    settle(made)
    return made
