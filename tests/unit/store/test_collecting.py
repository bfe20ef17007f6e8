"""Garbage among the documents: what is kept, and what goes."""

from __future__ import annotations

import pytest

from ledger_node.domain.figures import Figures
from ledger_node.ports import Checkpoint
from ledger_node.proof.cid import cid_of
from ledger_node.proof.hashing import sha256, to_hex
from ledger_node.services.collecting import Collected, Collecting
from ledger_node.services.pinning import Pinning
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from ledger_node.store.pins import SqlPins
from tests.blobs import MemoryBlobs
from tests.fakes import FakeClock, digest

NOW, GRACE = 1_000_000, 7 * 86_400
NAMED, LOOSE = b'{"named":1}', b'{"loose":1}'


class World:
    """Two documents in the store since long ago: one that a fact names, one that none does."""

    def __init__(self, database: Database) -> None:
        self.clock, self.blobs, self.index = FakeClock(0), MemoryBlobs(), SqlIndex(database)
        self.pins = SqlPins(database, self.clock)
        for content in (NAMED, LOOSE):
            self.put(content)
        self.clock.time = NOW
        self.index.begin(Checkpoint(0, digest(1), NOW))
        self.figures = Figures()
        self.collecting = Collecting(self.index, self, self.blobs, self.pins, self, self.clock)  # type: ignore[arg-type]

    def put(self, content: bytes) -> None:
        self.pins.keep(cid_of(content), content)
        while Pinning(self.blobs, self.pins, self.clock).step():
            pass
        self.blobs.since[cid_of(content)] = self.clock.time

    def digests(self, at: int) -> set[str]:
        return {to_hex(sha256(NAMED))}

    def read(self) -> Figures:
        return self.figures

    def run(self, *, remove: bool = False) -> Collected:
        return self.collecting.run(grace=GRACE, remove=remove)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_only_what_nothing_names_goes_and_only_when_asked(world: World) -> None:
    assert world.run() == Collected(held=2, unwanted=1, size=len(LOOSE), removed=0)
    assert len(world.blobs.contents) == 2
    assert world.run(remove=True).removed == 1
    assert list(world.blobs.contents) == [cid_of(NAMED)]
    assert cid_of(LOOSE) not in world.pins.ages()
    assert world.run() == Collected(held=1, unwanted=0, size=0, removed=0)


def test_what_was_stored_again_within_the_grace_stays(world: World) -> None:
    world.clock.time = NOW - GRACE
    world.put(LOOSE)
    world.clock.time = NOW
    assert world.run(remove=True).unwanted == 0


def test_what_another_node_put_into_the_same_folder_counts_by_its_age_there(world: World) -> None:
    world.blobs.put(b"theirs")
    world.blobs.since[cid_of(b"theirs")] = NOW - GRACE
    assert world.run().unwanted == 1
    world.blobs.since[cid_of(b"theirs")] = NOW - GRACE - 1
    assert world.run().unwanted == 2


def test_what_waits_for_its_pin_stays(world: World) -> None:
    world.clock.time = 1
    world.pins.keep(cid_of(LOOSE), LOOSE)
    world.clock.time = NOW
    assert world.run(remove=True).removed == 0
    assert world.blobs.has(cid_of(LOOSE))


def test_index_that_stood_still_keeps_what_may_have_been_registered_meanwhile(world: World) -> None:
    world.collecting = Collecting(
        _At(Checkpoint(0, digest(1), GRACE)),
        world,
        world.blobs,
        world.pins,
        world,
        world.clock,  # type: ignore[arg-type]
    )
    assert world.run().unwanted == 0


def test_write_that_waits_keeps_what_it_may_name(world: World) -> None:
    world.figures = Figures(oldest_open=GRACE)
    assert world.run().unwanted == 0
    world.figures = Figures(oldest_open=GRACE + 1)
    assert world.run().unwanted == 1


class _At:
    def __init__(self, at: Checkpoint) -> None:
        self._at = at

    def checkpoint(self) -> Checkpoint:
        return self._at
