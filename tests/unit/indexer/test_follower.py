"""Following, rewinding and rebuilding, on a chain in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger_node.domain.position import Event, Position
from ledger_node.errors import ChainAnswerInvalid, IndexConflict, UnknownEvent, WrongChain
from ledger_node.indexer.follower import Follower
from ledger_node.ports import Checkpoint, Page, Step
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from tests.fakes import FakeLedger, digest


class World:
    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'node.db'}")
        self.database.migrate()
        self.ledger = FakeLedger()
        self.index = SqlIndex(self.database)
        self.follower = Follower(self.ledger, self.index, self.ledger.deployment, log_range=3)

    def dataset(self, number: int) -> None:
        block = len(self.ledger.blocks)
        self.ledger.mine()
        args: dict[str, object] = {"dataset": digest(number), "custodian": 1, "cardDigest": digest(9)}
        event = Event(
            Position(block, 0), self.ledger.blocks[-1].hash, digest(number), "datasets", "DatasetRegistered", args
        )
        self.ledger.logs.append(event)

    def known(self, as_of: int = 10_000) -> list[str]:
        return [dataset.id for dataset in self.index.datasets(Page(as_of=as_of))]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.database.close()


def test_follows_in_ranges_and_answers_as_of_a_block(world: World) -> None:
    for number in range(1, 9):
        world.dataset(number)
    assert world.follower.catch_up().number == 8
    assert world.known() == [digest(n) for n in range(1, 9)]
    assert world.known(as_of=3) == [digest(n) for n in range(1, 4)]
    assert world.index.counts()["event"] == 8


@pytest.mark.parametrize("depth", [1, 2, 5, 7])
def test_rewinds_to_the_common_ancestor(world: World, depth: int) -> None:
    for number in range(1, 8):
        world.dataset(number)
    world.follower.catch_up()
    world.ledger.reorganise(depth)
    for number in range(100, 100 + depth + 1):
        world.dataset(number)
    world.follower.catch_up()
    kept = [digest(n) for n in range(1, 8 - depth)]
    assert world.known() == kept + [digest(n) for n in range(100, 100 + depth + 1)]
    before, after = world.follower.rebuild()
    assert before == after


def test_rebuild_gives_the_same_digest_and_a_changed_row_another(world: World) -> None:
    for number in range(1, 5):
        world.dataset(number)
    world.follower.catch_up()
    before, after = world.follower.rebuild()
    assert before == after
    with world.database.write() as connection:
        connection.exec_driver_sql("UPDATE index_dataset SET custodian = 2 WHERE block = 2")
    assert world.index.digest() != after


def test_unknown_event_stops_and_writes_nothing(world: World) -> None:
    world.dataset(1)
    world.follower.catch_up()
    world.dataset(2)
    world.ledger.logs.append(
        Event(Position(2, 1), world.ledger.blocks[2].hash, digest(2), "datasets", "SomethingNew", {})
    )
    with pytest.raises(UnknownEvent):
        world.follower.step()
    assert world.known() == [digest(1)]


def test_another_chain_is_refused(world: World) -> None:
    world.dataset(1)
    world.follower.catch_up()
    world.ledger.blocks = [world.ledger.blocks[0].__class__(0, digest(77), 0)]
    with pytest.raises(WrongChain):
        world.follower.step()


def test_checkpoint_moves_by_compare_and_swap(world: World) -> None:
    world.dataset(1)
    at = world.follower.catch_up()
    stale = Step(Checkpoint(0, digest(5), 0), at, (), ())
    with pytest.raises(IndexConflict):
        world.index.apply(stale)


def test_chain_that_turns_while_it_is_read_is_read_again(world: World) -> None:
    world.dataset(1)
    world.follower.catch_up()
    world.dataset(2)
    events = world.ledger.events

    def turning(*asked: object) -> list[Event]:
        world.ledger.events = events  # type: ignore[method-assign]
        read = events(*asked)  # type: ignore[arg-type]
        world.ledger.reorganise(2)
        world.dataset(11)
        world.dataset(12)
        world.dataset(13)
        return read

    world.ledger.events = turning  # type: ignore[method-assign, assignment]
    with pytest.raises(ChainAnswerInvalid):
        world.follower.step()
    assert world.known() == [digest(1)]
    world.follower.catch_up()
    assert world.known() == [digest(11), digest(12), digest(13)]


def test_engine_that_lags_makes_the_index_wait_and_forget_nothing(world: World) -> None:
    for number in range(1, 4):
        world.dataset(number)
    world.follower.catch_up()
    newest = world.ledger.blocks.pop()
    with pytest.raises(ChainAnswerInvalid):
        world.follower.step()
    assert len(world.known()) == 3
    world.ledger.blocks.append(newest)
    assert not world.follower.step()


def test_rebuild_shows_no_reader_a_part(world: World) -> None:
    for number in range(1, 5):
        world.dataset(number)
    world.follower.catch_up()
    seen = []
    events = world.ledger.events

    def watching(*asked: object) -> list[Event]:
        seen.append(len(world.known()))
        return events(*asked)  # type: ignore[arg-type]

    world.ledger.events = watching  # type: ignore[method-assign, assignment]
    before, after = world.follower.rebuild()
    assert before == after
    assert set(seen) == {4}
