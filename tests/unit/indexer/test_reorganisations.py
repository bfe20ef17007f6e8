"""Many random reorganisations on a chain in memory, against a model: what stands, and what was taken back."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger_node.domain.position import Event, Position
from ledger_node.errors import ChainAnswerInvalid
from ledger_node.indexer.follower import Follower
from ledger_node.ports import Page
from ledger_node.store.lease import open_alone
from tests.fakes import digest
from tests.unit.indexer.test_follower import World

MOVES = 30  # of one chain
DEEPEST = 64


@dataclass
class Model:
    """What the index has seen: events in the order of the chain, with their blocks' hashes; and what it lost."""

    seen: list[Event] = field(default_factory=list)
    taken_back: list[Event] = field(default_factory=list)

    def follow(self, chain: list[Event]) -> None:
        common = 0
        while common < min(len(chain), len(self.seen)) and chain[common] == self.seen[common]:
            common += 1
        self.taken_back += reversed(self.seen[common:])
        self.seen = list(chain)


def one_move(of: random.Random, world: World) -> None:
    """Some blocks, most of them with events, or a fork of any depth with more or fewer blocks than before."""
    if of.random() < 0.4 and len(world.ledger.blocks) > 2:
        world.ledger.reorganise(of.randint(1, min(DEEPEST, len(world.ledger.blocks) - 1)))
    for _ in range(of.choice((1, 3, 10, 70))):
        world.ledger.mine()
        block = len(world.ledger.blocks) - 1
        for place in range(of.choice((0, 1, 1, 3))):
            world.registered(Position(block, place), number=world.ledger.fork * 10**6 + block * 10 + place)


@pytest.mark.parametrize("seed", range(6))
def test_the_index_holds_what_stands_and_tells_what_was_taken_back(tmp_path: Path, seed: int) -> None:
    of = random.Random(seed)
    database = open_alone(f"sqlite:///{tmp_path / 'node.db'}")
    world, model = World(database), Model()
    follower = Follower(world.ledger, world.index, world.ledger.deployment, log_range=of.choice((4, 30, 1_000)))
    for _ in range(MOVES):
        one_move(of, world)
        at = world.index.checkpoint()
        try:
            follower.catch_up()
        except ChainAnswerInvalid:
            # A fork may be shorter than what was followed: nothing is shown of it before it is known to have turned.
            assert world.index.checkpoint() == at
            while len(world.ledger.blocks) <= at.number:  # type: ignore[union-attr]
                world.ledger.mine()
            follower.catch_up()
        model.follow(sorted(world.ledger.logs, key=lambda event: event.at))
        assert stored(world) == [event.args["dataset"] for event in model.seen]
    kept = world.index.reverted_events(0, 10**6)
    assert [one.number for one in kept] == list(range(1, len(kept) + 1))
    assert [(one.at, one.args, one.transaction) for one in kept] == [
        (event.at, event.args, event.transaction) for event in model.taken_back
    ]
    assert len(kept) > 100
    before, after = follower.rebuild()
    assert before == after
    database.close()


def stored(world: World) -> list[str]:
    assert world.index.counts()["event"] == world.index.counts()["dataset"]
    return [dataset.id for dataset in world.index.datasets(Page(as_of=10**9, limit=10**6))]


def test_a_digest_of_another_chain_differs(tmp_path: Path) -> None:
    """That the model can fail: a dataset with the same position and another id."""
    found = set()
    for number in (1, 2):
        database = open_alone(f"sqlite:///{tmp_path / str(number)}.db")
        world = World(database)
        world.dataset(number)
        world.follower.catch_up()
        found.add((world.index.digest(), *stored(world)))
        database.close()
    assert len(found) == 2
    assert {one[1] for one in found} == {digest(1), digest(2)}
