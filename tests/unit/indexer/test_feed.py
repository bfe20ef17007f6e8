"""The feed of events on a chain that turns: whoever follows it holds what stands, whenever and wherever it looks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger_node.chain.artifact import artifact_of
from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.domain.feed import BEGINNING, KINDS, FeedPosition, Told
from ledger_node.domain.position import Position
from ledger_node.errors import ChainAnswerInvalid, PositionAhead, PositionUnknown
from ledger_node.indexer.projection import STANDARD
from ledger_node.services.feed import Feed
from ledger_node.store.database import Database
from ledger_node.store.lease import open_alone
from tests.fakes import digest
from tests.unit.indexer.test_follower import World
from tests.unit.indexer.test_reorganisations import one_move, stored

MOVES = 25


@dataclass
class Consumer:
    """Keeps a position and what it was told; a page at a time, and not always to the end."""

    feed: Feed
    page: int
    at: FeedPosition = BEGINNING
    holds: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    reverted: int = 0

    def look(self, pages: int) -> None:
        for _ in range(pages):
            told = self.feed.read(FeedPosition.parse(str(self.at)), self.page)
            for one in told.told:
                self._take(one)
            self.at = told.reached

    def _take(self, one: Told) -> None:
        assert one.id not in self.ids
        self.ids.add(one.id)
        if "dataset" not in one.event.args:
            assert not one.reverted
        elif one.reverted:
            self.reverted += 1
            assert self.holds.pop() == one.event.args["dataset"]  # the newest first, and none that was not told
        else:
            self.holds.append(str(one.event.args["dataset"]))


def follow(world: World) -> None:
    try:
        world.follower.catch_up()
    except ChainAnswerInvalid:
        at = world.index.checkpoint()
        while len(world.ledger.blocks) <= at.number:  # type: ignore[union-attr]
            world.ledger.mine()
        world.follower.catch_up()


@pytest.mark.parametrize("seed", range(3))
def test_consumers_that_look_now_and_then_hold_what_stands(tmp_path: Path, seed: int) -> None:
    of = random.Random(seed)
    database = open_alone(f"sqlite:///{tmp_path / 'node.db'}")
    world = World(database)
    feed = Feed(world.index, world.ledger.deployment)
    consumers = [Consumer(feed, page) for page in (5, 20, 1_000)]
    for _ in range(MOVES):
        one_move(of, world)
        follow(world)
        for consumer in consumers:
            consumer.look(of.choice((0, 0, 1, 2)))
    for consumer in consumers:
        while consumer.at != feed.end_of(None):
            consumer.look(1)
        assert consumer.holds == stored(world)
    assert sum(consumer.reverted for consumer in consumers) > 10
    database.close()


def test_chain_that_turns_below_where_a_consumer_stands_without_an_event_of_its_own(database: Database) -> None:
    world = World(database)
    feed = Feed(world.index, world.ledger.deployment)
    consumer = Consumer(feed, 10)
    world.dataset(1)
    for _ in range(3):
        world.ledger.mine()
    world.dataset(2)
    follow(world)
    consumer.look(1)
    world.ledger.reorganise(4)  # takes back 2, and three blocks that were empty
    world.dataset(3)  # where they were
    for _ in range(5):
        world.ledger.mine()
    follow(world)
    consumer.look(1)
    assert consumer.holds == [digest(1), digest(3)] == stored(world)


def test_an_event_whose_block_returns_is_told_again_under_another_id(database: Database) -> None:
    world = World(database)
    feed = Feed(world.index, world.ledger.deployment)
    consumer = Consumer(feed, 10)
    world.dataset(1)
    world.dataset(2)
    follow(world)
    consumer.look(1)
    blocks, logs = list(world.ledger.blocks), list(world.ledger.logs)
    for _ in range(2):
        world.ledger.reorganise(len(world.ledger.blocks) - 2)
        for _ in range(4):
            world.ledger.mine()
        follow(world)
        consumer.look(1)
        assert consumer.holds == [digest(1)]
        world.ledger.blocks, world.ledger.logs = list(blocks), list(logs)
        world.ledger.fork += 1
        for _ in range(6):
            world.ledger.mine()
        follow(world)
        consumer.look(1)
        assert consumer.holds == [digest(1), digest(2)]
    assert sorted(id_.count(".") for id_ in consumer.ids) == [2, 2, 3, 3, 3, 4]


def test_a_consumer_hears_nothing_of_what_came_and_went_while_it_was_away(database: Database) -> None:
    world = World(database)
    feed = Feed(world.index, world.ledger.deployment)
    world.dataset(1)
    follow(world)
    before = feed.read(BEGINNING, 10).reached
    world.dataset(2)
    follow(world)
    world.ledger.reorganise(1)
    world.ledger.mine()
    follow(world)
    told = feed.read(before, 10)
    assert (told.told, told.reached) == ([], before)


def test_a_filter_leaves_out_facts_and_their_reverts(database: Database) -> None:
    world = World(database)
    feed = Feed(world.index, world.ledger.deployment)
    world.dataset(1)
    world.dataset(2)
    follow(world)
    at = feed.read(BEGINNING, 1).reached
    held = feed.read(at, 10).reached
    world.ledger.reorganise(1)
    world.ledger.mine()
    follow(world)
    other = feed.read(held, 10, ("ConsentRevoked",))
    assert (other.told, other.reached) == ([], at)
    told = feed.read(held, 10, ("DatasetRegistered",)).told
    assert [(one.reverted, one.event.args["number"], one.after) for one in told] == [(True, 2, at)]


def test_a_position_of_another_history_is_refused_and_one_further_on_is_not_known_yet(database: Database) -> None:
    world = World(database)
    feed = Feed(world.index, world.ledger.deployment)
    with pytest.raises(PositionAhead):
        feed.read(FeedPosition(Position(1, 0), "f" * 16), 10)
    world.dataset(1)
    follow(world)
    for unknown in (FeedPosition(Position(1, 0), "f" * 16), FeedPosition(Position(1, 3), "0" * 16)):
        with pytest.raises(PositionUnknown):
            feed.read(unknown, 10)
    with pytest.raises(PositionAhead):
        feed.read(FeedPosition(Position(2, 0), "f" * 16), 10)


def test_the_end_of_a_block_is_where_its_last_event_stands(database: Database) -> None:
    world = World(database)
    feed = Feed(world.index, world.ledger.deployment)
    assert feed.end_of(None) == feed.end_of(5) == BEGINNING
    world.dataset(1)
    world.ledger.mine()
    world.dataset(2)
    follow(world)
    assert feed.end_of(2) == feed.end_of(1) == feed.read(BEGINNING, 1).reached
    assert feed.end_of(None) == feed.end_of(3) == feed.end_of(9) == feed.read(BEGINNING, 9).reached


def test_every_event_of_every_contract_has_a_kind() -> None:
    known = {e["name"] for role in CONTRACT_TYPES for e in artifact_of(role).abi if e["type"] == "event"}
    assert known - STANDARD.keys() == KINDS.keys()
    assert len(set(KINDS.values())) == len(KINDS)


def test_a_cloud_event_says_what_where_and_when(database: Database) -> None:
    world = World(database)
    feed = Feed(world.index, world.ledger.deployment)
    world.dataset(1)
    follow(world)
    told = feed.read(BEGINNING, 10)
    said = feed.cloud_event(told.told[0])
    data = said.pop("data")
    assert said == {
        "specversion": "1.0",
        "id": str(told.reached),
        "source": f"urn:medledger:7:{digest(1)}",
        "type": "org.medledger.dataset.registered.v1",
        "subject": digest(1),
        "time": "1970-01-01T00:16:41Z",
        "datacontenttype": "application/json",
        "position": str(told.reached),
    }
    assert (data["event"], data["block"], data["logIndex"]) == ("DatasetRegistered", 1, 0)
    assert data["args"]["custodian"] == 1
    world.ledger.reorganise(1)
    for _ in range(2):
        world.ledger.mine()
    follow(world)
    gone = feed.cloud_event(feed.read(told.reached, 10).told[0])
    assert (gone["type"], gone["position"]) == ("org.medledger.reverted.v1", str(BEGINNING))
    assert data["reverts"] is None
    assert gone["data"] == {**data, "reverts": "org.medledger.dataset.registered.v1"}
    assert gone["id"] == f"{told.reached}.reverted"
