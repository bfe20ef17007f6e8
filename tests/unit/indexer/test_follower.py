"""Following, rewinding and rebuilding, on a chain in memory."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ledger_node.domain.command import GENERATION_ROLES
from ledger_node.domain.position import BlockRef, Event, Position
from ledger_node.errors import ChainAnswerInvalid, IndexConflict, UnknownEvent, WrongChain
from ledger_node.indexer.follower import Follower
from ledger_node.ports import Checkpoint, Page, Step
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from tests.fakes import FakeLedger, address, digest


class World:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.ledger = FakeLedger()
        self.index = SqlIndex(self.database)
        self.follower = Follower(self.ledger, self.index, self.ledger.deployment, log_range=3)

    def dataset(self, number: int) -> None:
        block = len(self.ledger.blocks)
        self.ledger.mine()
        self.registered(Position(block, 0), number)

    def registered(self, at: Position, number: int, generation: int = 1) -> None:
        """A dataset, in a block that is there."""
        args = {
            "dataset": digest(number),
            "custodian": 1,
            "number": number,
            "cardDigest": digest(9),
            "operator": address(50),
        }
        self.log(at, "datasets", "DatasetRegistered", args, generation)

    def log(self, at: Position, contract: str, name: str, args: dict[str, Any], generation: int) -> None:
        block_hash = self.ledger.blocks[at.block].hash
        self.ledger.logs.append(Event(at, block_hash, digest(at.block), contract, name, args, generation))

    def known(self, as_of: int = 10_000) -> list[str]:
        return [dataset.id for dataset in self.index.datasets(Page(as_of=as_of))]


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


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
    world.log(Position(2, 1), "datasets", "SomethingNew", {}, 1)
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


def test_rebuild_keeps_no_other_write_waiting(world: World) -> None:
    """A write from another thread, while the chain is read, is committed before the reading ends."""
    for number in range(1, 5):
        world.dataset(number)
    world.follower.catch_up()
    events, kept = world.ledger.events, []

    def writing(*asked: object) -> list[Event]:
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(timeout=5)
        kept.append(writer.is_alive())
        return events(*asked)  # type: ignore[arg-type]

    def write() -> None:
        with world.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM local_pin")

    world.ledger.events = writing  # type: ignore[method-assign, assignment]
    before, after = world.follower.rebuild()
    assert before == after
    assert kept == [False, False]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE index_dataset SET custodian = 2 WHERE block = 2",
        "DELETE FROM index_event WHERE block = 3",
        "DELETE FROM index_dataset",
        "UPDATE index_block SET hash = 'x' WHERE number = 2",
        "INSERT INTO index_thresholds VALUES (3, 2, 1, 3, 9)",
    ],
)
def test_rebuild_mends_what_was_damaged(world: World, damage: str) -> None:
    for number in range(1, 5):
        world.dataset(number)
    world.follower.catch_up()
    whole = world.index.digest()
    with world.database.write() as connection:
        connection.exec_driver_sql(damage)
    before, after = world.follower.rebuild()
    assert after == whole
    assert (before == whole) is ("index_block" in damage)
    assert [world.index.find_block(n + 1) for n in range(1, 5)] == world.ledger.blocks[1:]
    world.dataset(5)
    world.follower.catch_up()
    assert len(world.known()) == 5


def test_rebuild_on_a_chain_that_turns_changes_nothing(world: World) -> None:
    for number in range(1, 5):
        world.dataset(number)
    world.follower.catch_up()
    before, digest_of = world.index.digest(), world.index.digest

    def turning() -> str:
        world.index.digest = digest_of  # type: ignore[method-assign]
        world.ledger.reorganise(2)
        for number in range(11, 15):
            world.dataset(number)
        return digest_of()

    world.index.digest = turning  # type: ignore[method-assign]
    with pytest.raises(ChainAnswerInvalid, match="another rebuild"):
        world.follower.rebuild()
    assert world.index.digest() == before
    world.follower.catch_up()
    assert world.follower.rebuild()[0] == world.index.digest()


def generation(world: World, at: Position, number: int) -> None:
    places = {role: address(100 * number + place) for place, role in enumerate(GENERATION_ROLES)}
    world.log(at, "consortium", "GenerationRegistered", {"number": number, **places}, 0)


def generations(world: World) -> None:
    """Eight blocks: a dataset in each, of the generation in force; the second registered in block 3, the third in 4."""
    for number in range(1, 9):
        world.ledger.mine()
        world.registered(Position(number, 2), number, generation=min(max(number - 1, 1), 3))
    generation(world, Position(1, 0), 1)
    generation(world, Position(3, 1), 2)
    generation(world, Position(4, 1), 3)
    world.registered(Position(3, 0), 90, generation=2)  # before its contract was listed
    world.registered(Position(5, 0), 91, generation=4)  # in a contract that never was
    world.registered(Position(6, 0), 92, generation=2)  # what an old contract still takes


@pytest.mark.parametrize("log_range", [1, 2, 3, 5, 100])
def test_follows_every_generation_from_its_registration_whatever_the_ranges(world: World, log_range: int) -> None:
    generations(world)
    world.follower = Follower(world.ledger, world.index, world.ledger.deployment, log_range=log_range)
    world.follower.catch_up()
    assert world.known() == [digest(n) for n in (1, 2, 3, 4, 5, 92, 6, 7, 8)]
    assert [one.number for one in world.index.generations(8)] == [1, 2, 3]
    assert [one.number for one in world.index.generations(3)] == [1, 2]
    assert [world.index.generation_of(Position(n, 2)) for n in range(1, 9)] == [1, 1, 2, 3, 3, 3, 3, 3]
    assert world.index.generation_of(Position(3, 1)) == 0
    assert world.index.generation_of(Position(3, 0)) is None
    seen = world.index.digest()
    for other in (1, 4, 100):
        rebuilt = Follower(world.ledger, world.index, world.ledger.deployment, log_range=other).rebuild()
        assert rebuilt == (seen, seen)


def test_forgets_a_generation_that_fell_out(world: World) -> None:
    generations(world)
    world.follower.catch_up()
    world.ledger.reorganise(6)
    for number in range(20, 27):
        world.ledger.mine()
        world.registered(Position(len(world.ledger.blocks) - 1, 0), number, generation=2)
    world.follower.catch_up()
    assert [one.number for one in world.index.generations(100)] == [1]
    assert world.known() == [digest(1), digest(2)]


def test_a_chain_that_grows_faster_than_it_is_read_keeps_nobody_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = world.ledger.block

    def block(number: int) -> BlockRef | None:
        world.ledger.mine()
        return ask(number)

    monkeypatch.setattr(world.ledger, "block", block)
    world.ledger.mine()
    assert world.follower.catch_up().number == 1
