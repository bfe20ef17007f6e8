"""An operator at work on a real node: writes that are paused, taken back and let go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.client import Client
from ledger_node.client.answers import Submission
from ledger_node.client.inputs import Document
from ledger_node.errors import StateConflict
from ledger_node.localnet import network
from ledger_node.localnet.members import CONSORTIUM, Member
from ledger_node.localnet.network import Network

CHAIN_ID = 31_361
CARD = Document({"title": "a card"})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A hospital and a regulator, whose nodes may be stopped."""
    folder = tmp_path_factory.mktemp("operating") / "network"
    started = network.up(folder, chain_id=CHAIN_ID, block_time=0.2, plans=CONSORTIUM[:2])
    yield started
    network.down(started)


@pytest.fixture
def hospital(small: Network) -> Member:
    return small.member("hospital-a")


@pytest.fixture
def node(hospital: Member) -> Iterator[Client]:
    with Client(hospital.url, hospital.api_keys["operator"], timeout=30) as opened:
        yield opened


def register(node: Client, key: str, wait: int = 0) -> Submission:
    return node.datasets.register(CARD, idempotency_key=key, wait=wait)


def test_paused_writes_wait_until_they_are_cancelled_or_resumed(small: Network, hospital: Member, node: Client) -> None:
    ledger = RpcLedger(small.rpc_url)
    nonce = ledger.transaction_count(hospital.operator)
    assert node.node.pause() == {"paused": "operator"}
    taken_back, kept = register(node, "taken-back"), register(node, "kept", wait=1)
    assert (taken_back["state"], kept["state"], kept["nonce"]) == ("queued", "queued", None)
    assert node.node.status()["troubles"]
    assert node.submissions.cancel(taken_back["id"])["outcome"] == {"cancelled": True}
    with pytest.raises(StateConflict) as refused:
        register(node, "taken-back", wait=10)
    assert refused.value.code == "ML-0404"
    assert node.node.resume() == {"paused": None}
    assert register(node, "kept", wait=30)["receiptStatus"] == 1
    assert ledger.transaction_count(hospital.operator) == nonce + 1
    with pytest.raises(StateConflict):
        node.submissions.cancel(kept["id"])
    assert node.node.alarms().items == []
