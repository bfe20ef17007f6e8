"""Reorganisation, under the running node."""

from __future__ import annotations

import random
import time

import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.localnet.network import Network
from tests.faults.audit import audit
from tests.faults.conftest import WHOLE, Account
from tests.faults.load import Load
from tests.faults.nodes import standing
from tests.faults.partition import until
from tests.turning import turn

pytestmark = [pytest.mark.slow, pytest.mark.faults]
DEEPEST = 64
TURNS = 40 if WHOLE else 3
SEED = 11


def test_chain_turns_1_to_64_blocks_deep(sqlite_network: Network, account: Account) -> None:
    """What falls out is gone from the pool too, so that the node alone brings it back."""
    network, member = sqlite_network, sqlite_network.member("hospital-a")
    chain, of = RpcLedger(network.rpc_url), random.Random(SEED)
    chain.call("anvil_mine", hex(DEEPEST + 10))  # the contracts and the members stay
    depths = [1, DEEPEST, *(of.randint(1, DEEPEST) for _ in range(TURNS - 2))]
    with Load(member, TURNS * 30, seconds=TURNS * 3) as load:
        for depth in depths:
            time.sleep(of.uniform(1, 5))
            turn(chain, depth)
        load.finish()
    turned = chain.head().number
    until(lambda: standing(member)["asOfBlock"] > turned)
    assert load.refused == []
    assert standing(member)["eventsTakenBack"] > 0
    account.write(TURNS, audit(network, member, load))
