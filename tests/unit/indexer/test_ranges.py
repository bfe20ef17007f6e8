"""How many blocks are asked for at once, on an engine that gives only so much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import requests

from ledger_node.chain.reading import asked_too_much
from ledger_node.chain.transport import RpcRefused
from ledger_node.domain.command import Listing
from ledger_node.domain.position import Event
from ledger_node.errors import ChainAnswerInvalid, ChainUnreachable
from ledger_node.indexer.follower import Follower
from ledger_node.indexer.ranges import MOST_BLOCKS, Ranges
from ledger_node.ports import MOST_EVENTS, RangeTooLarge
from ledger_node.store.database import Database
from tests.fakes import FakeLedger
from tests.unit.indexer.test_follower import World


class Limited(FakeLedger):
    """Answers for `most` blocks at once, and keeps what it was asked for."""

    most = 10
    asked: list[tuple[int, int]]

    def events(self, contracts: Sequence[Listing], first: int, last: int) -> list[Event]:
        self.asked.append((first, last))
        if last - first + 1 > self.most:
            raise RangeTooLarge
        return super().events(contracts, first, last)


@pytest.fixture
def world(database: Database) -> World:
    made = World(database)
    made.ledger = Limited()
    made.ledger.asked = []
    return made


def following(world: World, log_range: int) -> Follower:
    return Follower(world.ledger, world.index, world.ledger.deployment, log_range)


@pytest.mark.parametrize("most", [1, 7, 30, 1_000])
def test_asks_for_less_until_the_engine_answers_and_misses_nothing(world: World, most: int) -> None:
    for number in range(1, 61):
        world.dataset(number)
    world.ledger.most = most
    following(world, 100).catch_up()
    assert world.index.counts()["dataset"] == 60
    answered = [(first, last) for first, last in world.ledger.asked if last - first < most]
    assert [first for first, _ in answered] == [1, *(last + 1 for _, last in answered[:-1])]
    assert answered[-1][1] == 60
    assert max(last for _, last in world.ledger.asked) == 60  # never past the head
    assert len(world.ledger.asked) - len(answered) <= 12


def test_an_engine_that_refuses_one_block_stops_with_what_it_needs(world: World) -> None:
    world.dataset(1)
    world.ledger.most = 0
    with pytest.raises(ChainAnswerInvalid, match=r"logs of one block.*higher limit"):
        following(world, 100).catch_up()
    assert world.known() == []


def grown(ranges: Ranges, to: int) -> list[int]:
    """The sizes on the way when every range is answered, without events."""
    sizes = []
    while ranges.size < to:
        sizes.append(ranges.size)
        ranges.answered(ranges.size, 0)
    return sizes


def test_a_range_doubles_from_a_few_blocks_up_to_what_was_configured() -> None:
    ranges = Ranges(1_000)
    assert grown(ranges, 1_000) == [10, 20, 40, 80, 160, 320, 640]
    ranges.answered(1_000, 0)
    assert ranges.size == 1_000
    assert Ranges(3).size == 3


def test_a_refused_range_is_halved_and_grows_again_slowly() -> None:
    ranges = Ranges(1_000)
    grown(ranges, 1_000)
    ranges.refused(1_000)
    sizes = grown(ranges, 1_000)
    assert sizes[0] == 500
    assert 10 <= len(sizes) <= 20
    ranges.refused(3)
    assert ranges.size == 1
    assert 10 <= len(grown(ranges, 2)) <= 20


def test_a_range_is_as_long_as_few_enough_events_stand_in_it() -> None:
    ranges = Ranges(1_000)
    grown(ranges, 1_000)
    ranges.answered(1_000, MOST_EVENTS)
    assert ranges.size == 500
    ranges.answered(7, 7 * MOST_EVENTS)  # one block is the least
    assert ranges.size == 1
    ranges.answered(1, 0)
    assert ranges.size == 2


def test_no_range_is_longer_than_besu_takes() -> None:
    ranges = Ranges(1_000_000)
    grown(ranges, MOST_BLOCKS)
    ranges.answered(MOST_BLOCKS, 0)
    assert ranges.size == MOST_BLOCKS == 5_000


@pytest.mark.parametrize(
    "error",
    [
        {"code": -32005, "message": "no"},
        {"code": -32602, "message": "query returned more than 10000 results. Try with this block range [0x1, 0x2]"},
        {"code": -32005, "message": "Requested range exceeds maximum RPC range limit"},
        {"code": -32602, "message": "range 1000000 exceeds limit of 10000"},
        {"code": -32602, "message": "invalid params", "data": {"payload": "range 9 is bigger than range limit 2"}},
        {"code": -32000, "message": "block range is larger than max block range"},
        {"code": -32614, "message": "eth_getLogs is limited to a 10,000 range"},
        {"code": -32602, "message": "Log response size exceeded. Please reduce query block range."},
        {"code": -32000, "message": "query timeout"},
        {"code": -32000, "message": "context deadline exceeded"},
        {"code": -32008, "message": "Response is too big"},
        {"code": -32000, "message": "too many results"},
    ],
)
def test_what_engines_say_when_a_range_is_too_large(error: dict[str, Any]) -> None:
    assert asked_too_much(RpcRefused(error))


@pytest.mark.parametrize("message", ["header not found", "unknown block", "method not found", "invalid params"])
def test_other_refusals_are_no_matter_of_the_range(message: str) -> None:
    assert not asked_too_much(RpcRefused({"code": -32000, "message": message}))


@pytest.mark.parametrize(
    ("cause", "less_may_do"),
    [
        (requests.ReadTimeout(), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.HTTPError("413"), True),
        (requests.ConnectionError(), False),
        (requests.ConnectTimeout(), False),
    ],
)
def test_an_answer_that_is_late_or_cut_may_be_shorter_but_not_one_of_nobody(
    cause: requests.RequestException, less_may_do: bool
) -> None:
    with pytest.raises(ChainUnreachable) as caught:
        _unanswered(cause)
    assert asked_too_much(caught.value) is less_may_do


def _unanswered(cause: requests.RequestException) -> None:
    """As `JsonRpc` does."""
    try:
        raise cause
    except requests.RequestException:
        raise ChainUnreachable("no answer") from None
