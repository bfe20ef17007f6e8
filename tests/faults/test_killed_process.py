"""The node is killed at random moments of a load, again and again."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from ledger_node.localnet.network import Network
from ledger_node.localnet.nodes import start_node, wait_until_ready
from ledger_node.localnet.processes import stop
from tests.faults.audit import audit
from tests.faults.conftest import WHOLE, Account
from tests.faults.load import Load

pytestmark = [pytest.mark.slow, pytest.mark.faults]
KILLS, REQUESTS = (300, 2_000) if WHOLE else (6, 120)
LONGEST = 4.0  # seconds between two kills


def test_process_killed_while_it_accepts_sends_and_settles(hospital_network: Network, account: Account) -> None:
    network, member = hospital_network, hospital_network.member("hospital-a")
    chance = random.Random(5)
    kills = 0
    with Load(member, REQUESTS, seconds=KILLS * LONGEST / 3) as load:
        while kills < KILLS:
            time.sleep(chance.uniform(0.1, LONGEST))
            os.kill(network.nodes["hospital-a"].pid, signal.SIGKILL)
            stop(network.nodes["hospital-a"])  # it has ended: lets it go
            network.nodes["hospital-a"] = start_node(member)
            kills += 1
        wait_until_ready(member, network.nodes["hospital-a"])
        load.finish()
    assert load.refused == []
    account.write(kills, audit(network, member, load))
