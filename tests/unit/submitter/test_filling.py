"""A nonce that nothing has, below those that wait."""

from __future__ import annotations

import pytest

from ledger_node.domain.submission import SubmissionState
from ledger_node.store.database import Database
from tests.fakes import digest
from tests.unit.submitter.test_submitter import World


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def use_elsewhere(world: World, nonce: int) -> None:
    """Somebody else's transaction with our key is mined, and an operator has looked at the alarm."""
    world.ledger.pool[nonce] = digest(30_000 + nonce)
    world.mine()
    assert world.desk.paused() == "foreign_transaction"
    world.desk.resume()


def test_place_of_a_foreign_transaction_that_fell_out_is_filled(world: World) -> None:
    first = world.accept("a")
    world.settle()
    use_elsewhere(world, 1)
    later = [world.accept("b"), world.accept("c")]
    world.submitter.step()
    assert [world.hash(one) for one in later] == [digest(10_002), digest(10_003)]
    world.ledger.reorganise(1)  # the foreign one is in no pool
    world.ledger.mine()
    world.follower.catch_up()
    world.settle(9)
    assert {world.state(one) for one in (first, *later)} == {SubmissionState.FINAL}
    assert digest(20_001) in world.ledger.receipts_by_hash
    assert len(world.desk.alarms(10)) == 1
    assert world.desk.paused() is None


def test_nothing_is_filled_while_the_foreign_transaction_stands(world: World) -> None:
    world.accept("a")
    world.settle()
    use_elsewhere(world, 1)
    later = world.accept("b")
    world.submitter.step()
    world.ledger.pool.clear()  # ours is lost, and sent again
    world.settle(9)
    assert world.state(later) is SubmissionState.FINAL
    assert not any("nothing" in raw for raw in world.ledger.sends)


def test_nonces_of_ours_that_the_chain_has_not_counted_are_no_gap(world: World) -> None:
    made = [world.accept(key) for key in "abc"]
    world.submitter.step()
    del world.ledger.pool[0]
    world.settle(9)
    assert {world.state(one) for one in made} == {SubmissionState.FINAL}
    assert not any("nothing" in raw for raw in world.ledger.sends)
