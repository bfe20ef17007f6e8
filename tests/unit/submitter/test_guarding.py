"""On another chain than the index's nothing is signed, sent or settled."""

from __future__ import annotations

import pytest

from ledger_node.domain.position import BlockRef
from ledger_node.domain.submission import SubmissionState
from ledger_node.errors import WrongChain
from ledger_node.store.database import Database
from tests.fakes import FakeLedger, digest
from tests.unit.submitter.test_submitter import World

OTHER = digest(666)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def exchange(ledger: FakeLedger, genesis: str) -> None:
    """It shows another first block from now on."""
    ledger.blocks[0] = BlockRef(0, genesis, 1_000)


@pytest.mark.parametrize("step", ["sign", "send", "settle"])
def test_on_another_chain_nothing_is_done(world: World, step: str) -> None:
    one = world.accept("a")
    if step == "send":
        world.submitter.sign()
    before, ours = world.state(one), world.ledger.blocks[0].hash
    world.clock.time += 2
    exchange(world.ledger, OTHER)
    for _ in range(3):
        with pytest.raises(WrongChain):
            getattr(world.submitter, step)()
    assert world.state(one) is before
    assert world.ledger.sends == []
    exchange(world.ledger, ours)
    world.settle()
    assert world.state(one) is SubmissionState.FINAL


def test_what_another_chain_has_mined_is_not_settled(world: World) -> None:
    """A chain with the same id takes the same bytes."""
    one = world.accept("a")
    world.submitter.step()
    exchange(world.ledger, OTHER)
    world.ledger.mine()
    world.clock.time += 60
    with pytest.raises(WrongChain):
        world.submitter.settle()
    assert world.state(one) is SubmissionState.SENT


def test_one_wrong_answer_is_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lies, tell = [OTHER], world.ledger.block

    def block(number: int) -> BlockRef | None:
        return BlockRef(0, lies.pop(), 1_000) if lies and number == 0 else tell(number)

    monkeypatch.setattr(world.ledger, "block", block)
    world.submitter.settle()
    assert lies == []
