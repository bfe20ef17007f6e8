"""RPC time-out with unknown outcome; RPC that lies or lags."""

from __future__ import annotations

import pytest

from ledger_node.localnet.network import Network
from tests.faults.audit import audit
from tests.faults.conftest import WHOLE, Account
from tests.faults.load import Load
from tests.faults.nodes import restart, rewrite
from tests.faults.proxy import FAULTS, bad_line

pytestmark = [pytest.mark.slow, pytest.mark.faults]
REQUESTS = 1_000 if WHOLE else 100


def test_rpc_drops_delays_repeats_truncates_and_lies(sqlite_network: Network, account: Account) -> None:
    network, member = sqlite_network, sqlite_network.member("hospital-a")
    with bad_line(network.rpc_url, 0.0) as (url, line):
        rewrite(member, rpc_url=f'"{url}"')
        restart(network, member)
        line.share = 0.2
        with Load(member, REQUESTS, seconds=REQUESTS / 6) as load:
            load.finish()
        line.share = 0.0
        verdict = audit(network, member, load)
    assert load.refused == []
    if WHOLE:
        assert set(line.done) == set(FAULTS)
    account.write(line.done.total(), verdict)
