"""An engine that answers with what cannot be right: nothing of it enters the index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

from ledger_node.chain.rpc import RpcLedger
from ledger_node.domain.command import Deployment
from ledger_node.errors import ChainAnswerInvalid, MedLedgerError, UnknownEvent
from ledger_node.indexer.follower import Follower
from ledger_node.store.index import SqlIndex
from ledger_node.store.lease import open_alone
from tests.fakes import CONTRACTS, digest

ANCHORED = "0x" + keccak(text="StreamAnchored(bytes32,uint64,bytes32,uint48,address)").hex()
LAST = 3


class Engine(RpcLedger):
    """Three blocks, and one anchor in the second; what a test puts into `said` is said instead."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.said: dict[str, Any] = {}
        self.log: dict[str, Any] = {
            "address": CONTRACTS.anchors,
            "topics": [ANCHORED, digest(5)],
            "data": "0x" + "".join(digest(value)[2:] for value in (128, 7, 1_002, 50)),
            "blockNumber": "0x2",
            "blockHash": digest(1_002),
            "transactionHash": digest(9),
            "logIndex": "0x0",
            "removed": False,
        }
        self._ask = self.answer  # type: ignore[method-assign, assignment]

    def answer(self, method: str, *params: Any) -> Any:
        if method == "eth_getLogs":
            return self.said.get("logs", [self.log])
        number = LAST if params[0] == "latest" else int(params[0], 16)
        block = {"number": hex(number), "hash": digest(1_000 + number), "timestamp": hex(1_000 + number)}
        return self.said.get(f"block {number}", block)

    def batch(self, calls: Any) -> list[Any]:
        return [self.answer(method, *params) for method, params in calls]


def following(tmp_path: Path, engine: Engine) -> tuple[Follower, SqlIndex]:
    index = SqlIndex(open_alone(f"sqlite:///{tmp_path / 'node.db'}"))
    return Follower(engine, index, Deployment(7, digest(1_000), 0, CONTRACTS, {})), index


def test_what_is_right_enters(tmp_path: Path) -> None:
    follower, index = following(tmp_path, Engine())
    assert follower.catch_up().number == LAST
    assert (index.counts()["event"], index.counts()["anchor"]) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"topics": [digest(77)]}, UnknownEvent),
        ({"topics": []}, UnknownEvent),
        ({"topics": [ANCHORED]}, ChainAnswerInvalid),
        ({"topics": None}, ChainAnswerInvalid),
        ({"data": "0x"}, ChainAnswerInvalid),
        ({"data": "0x" + "ff" * 128}, ChainAnswerInvalid),
        ({"data": None}, ChainAnswerInvalid),
        ({"address": CONTRACTS.consortium}, UnknownEvent),
        ({"address": "0x" + "77" * 20}, ChainAnswerInvalid),
        ({"removed": True}, ChainAnswerInvalid),
        ({"blockNumber": "0x9", "blockHash": digest(1_009)}, ChainAnswerInvalid),
        ({"blockNumber": None}, ChainAnswerInvalid),
        ({"blockHash": digest(8)}, ChainAnswerInvalid),
        ({"blockHash": "0x12"}, ChainAnswerInvalid),
        ({"transactionHash": None}, ChainAnswerInvalid),
    ],
)
def test_a_wrong_log_stops_the_step(tmp_path: Path, wrong: dict[str, Any], error: type[MedLedgerError]) -> None:
    engine = Engine()
    engine.log |= wrong
    follower, index = following(tmp_path, engine)
    with pytest.raises(error) as caught:
        follower.catch_up()
    assert caught.value.detail
    at = index.checkpoint()
    assert at is not None
    assert (at.number, sum(index.counts().values())) == (0, 0)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("logs", None),
        ("logs", "0x"),
        ("logs", [None]),
        ("logs", [[]]),
        ("block 2", None),
        ("block 2", {"number": "0x1", "hash": digest(1_002), "timestamp": "0x1"}),
        ("block 2", {"number": "0x2", "hash": digest(3), "timestamp": "0x1"}),
        ("block 3", {"number": "three"}),
        ("block 3", None),
    ],
)
def test_an_answer_of_another_form_stops_the_step(tmp_path: Path, key: str, value: Any) -> None:
    engine = Engine()
    engine.said[key] = value
    follower, index = following(tmp_path, engine)
    with pytest.raises(ChainAnswerInvalid):
        follower.catch_up()
    assert sum(index.counts().values()) == 0
