"""One flow through the whole system, which all tests here look at."""

from __future__ import annotations

import pytest

from ledger_node.localnet.network import Network
from tests.integration.privacy import devices, way, wrong
from tests.integration.privacy.flow import Flow, begun, settle


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
