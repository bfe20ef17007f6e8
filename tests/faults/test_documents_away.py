"""IPFS down, slow, or serving wrong bytes, under the running node."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger_node.client import Client
from ledger_node.errors import MedLedgerError
from ledger_node.localnet import network
from ledger_node.localnet.members import CONSORTIUM
from ledger_node.localnet.network import Network
from tests.engines import engine
from tests.faults.audit import audit
from tests.faults.conftest import WHOLE, Account
from tests.faults.load import Load
from tests.faults.nodes import restart, rewrite, standing
from tests.faults.partition import until
from tests.integration.misbehaving import liar, way

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.engines]
TRIES = 4 if WHOLE else 1
LONG = 3.0 if WHOLE else 2.0  # seconds of each fault


@pytest.fixture
def kubo_network(tmp_path: Path) -> Iterator[Network]:
    engine("ipfs")
    started = network.up(tmp_path / "network", chain_id=31_363, block_time=0.5, plans=CONSORTIUM[:2], blobs="kubo")
    try:
        yield started
    finally:
        network.down(started)


def test_kubo_down_slow_and_serving_other_bytes(kubo_network: Network, account: Account) -> None:
    """Writes need digests only: they go on, and each document is pinned in the end. No other bytes are passed on."""
    member, swarm = kubo_network.member("hospital-a"), kubo_network.swarm
    assert swarm is not None
    kubo = _port(swarm.address("hospital-a"))
    other = json.dumps({"Hash": "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"}).encode()
    with way() as road, liar(itertools.repeat(other), pause=0.05) as false:
        road.target = kubo
        rewrite(member, address=f'"{road.address}"')
        restart(kubo_network, member)
        with Client(member.url, member.api_keys["steward"], timeout=60) as node:
            pinned = b'{"title":"before"}'
            digest = node.blobs.put(pinned)["digest"]
            until(lambda: standing(member)["pinsWaiting"] == 0)
            with Load(member, TRIES * 50, seconds=TRIES * 3 * LONG) as load:
                for number in range(TRIES):
                    road.turn(None)
                    waiting = b'{"title":"while it is away","number":%d}' % number
                    document = node.blobs.put(waiting)["digest"]
                    time.sleep(LONG)
                    assert node.blobs.get(document) == waiting  # from where it waits
                    road.delay = 2.0
                    road.turn(kubo)
                    time.sleep(LONG)
                    road.delay = 0.0
                    road.turn(_port(false.address))
                    with pytest.raises(MedLedgerError):
                        node.blobs.get(digest)
                    time.sleep(LONG)
                    road.turn(kubo)
                load.finish()
            until(lambda: standing(member)["pinsWaiting"] == 0, 120)
            assert node.blobs.get(digest) == pinned
            assert node.blobs.get(document) == waiting
        verdict = audit(kubo_network, member, load)
    assert load.refused == []
    account.write(TRIES * 3, verdict)


def _port(address: str) -> int:
    return int(address.rsplit("/", 1)[1])
