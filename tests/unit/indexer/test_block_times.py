"""The time that a block's states are judged by, whatever blocks the index holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger_node.domain.codes import ConsentState
from ledger_node.domain.position import BlockRef, Event, Position
from ledger_node.errors import ChainAnswerInvalid, ChainUnreachable, NotFound
from ledger_node.indexer.follower import Follower
from ledger_node.services import reading
from ledger_node.services.reading import Times
from ledger_node.store.index import SqlIndex
from ledger_node.store.lease import open_alone
from tests.fakes import FakeLedger, address, digest

CONSENT, NONE = digest(50), "0x" + "00" * 32


class Counted(FakeLedger):
    """Counts the blocks asked for."""

    asked = 0

    def block(self, number: int) -> BlockRef | None:
        self.asked += 1
        return super().block(number)


class World:
    """A chain of a hundred blocks, of which steps end at 10, 30 and 70; block `n` has time `1000 + n`."""

    def __init__(self, file: Path, log_range: int = 1_000) -> None:
        self.database = open_alone(f"sqlite:///{file}")
        self.ledger = Counted()
        self.index = SqlIndex(self.database)
        self.follower = Follower(self.ledger, self.index, self.ledger.deployment, log_range)
        self.times = Times(self.index, self.ledger)
        for _ in range(100):
            self.ledger.mine()

    def log(self, block: int, place: int, name: str, **args: object) -> None:
        at, said = Position(block, place), {**args, "consent": CONSENT, "operator": address(50)}
        hash_ = self.ledger.blocks[block].hash
        self.ledger.logs.append(Event(at, hash_, digest(block), "consents", name, said, 1))

    def suspended(self, block: int, until: int) -> None:
        """A consent that is issued and suspended in one block."""
        numbers = ("versionTo", "basis", "permission", "modifiers", "condition", "regions", "deidentification")
        numbers += ("notBefore", "maxRounds", "epsilonBudget")
        terms = dict.fromkeys(numbers, 0) | dict.fromkeys(("grantee", "versionFrom", "purposes", "operations"), 1)
        terms |= {"dataset": digest(1), "policyDigest": digest(2), "expiresAt": 10_000}
        terms |= dict.fromkeys(("projectRef", "request", "supersedes"), NONE)
        at = 1_000 + block
        self.log(block, 0, "ConsentIssued", grantor=1, issuedAt=at, terms=terms, roundsUsed=0, epsilonSpent=0)
        self.log(block, 1, "ConsentSuspended", actor=3, reason=6, at=at, until=until)

    def state(self, as_of: int) -> ConsentState:
        found = self.index.find_consent(CONSENT, as_of)
        assert found is not None
        return found.state_at(self.times.of(as_of).timestamp)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "node.db")
    yield made
    made.database.close()


@pytest.mark.parametrize("log_range", [7, 30, 1_000])
def test_a_state_is_the_same_whatever_the_steps_were(tmp_path: Path, log_range: int) -> None:
    of = World(tmp_path / "other.db", log_range)
    of.suspended(10, until=1_020)
    of.follower.catch_up()
    states = [of.state(block) for block in (10, 19, 20, 30, 100)]
    assert states == [ConsentState.SUSPENDED] * 2 + [ConsentState.ACTIVE] * 3
    assert of.times.of(30) == of.ledger.blocks[30]
    of.database.close()


def test_a_block_that_the_index_holds_is_not_asked_for(world: World) -> None:
    world.suspended(10, until=1_020)
    world.follower.catch_up()
    world.ledger.asked, world.ledger.away = 0, True
    assert [world.times.of(number) for number in (10, 100)] == [world.ledger.blocks[10], world.ledger.blocks[100]]
    assert world.times.of(101) == world.ledger.blocks[100]
    assert world.ledger.asked == 0


def test_a_block_is_asked_for_once_also_when_the_chain_grows(world: World) -> None:
    world.follower.catch_up()
    first = world.times.of(33)
    world.ledger.mine()
    world.follower.catch_up()
    world.ledger.away = True
    assert world.times.of(33) == first == world.ledger.blocks[33]


@pytest.mark.parametrize("log_range", [7, 1_000])
def test_a_time_stands_for_the_last_block_made_by_then(tmp_path: Path, log_range: int) -> None:
    of = World(tmp_path / "other.db", log_range)
    of.follower.catch_up()
    made = [of.ledger.blocks[number].timestamp for number in range(101)]
    for time in (made[0], made[33], made[33] + 0.5, made[99], made[100], made[100] + 1_000):
        expected = max(number for number in range(101) if made[number] <= time)
        assert of.times.block(datetime.fromtimestamp(time, UTC)) == expected
    with pytest.raises(NotFound):
        of.times.block(datetime.fromtimestamp(made[0] - 1, UTC))
    assert (of.times.block(None), of.times.block(33)) == (100, 33)
    with pytest.raises(NotFound):
        of.times.block(101)
    of.database.close()


def test_a_chain_that_is_away_is_said(world: World) -> None:
    world.follower.catch_up()
    world.ledger.away = True
    with pytest.raises(ChainUnreachable):
        world.times.of(33)


def test_an_index_without_a_block_has_no_times(world: World) -> None:
    with pytest.raises(NotFound):
        world.times.of(0)


def test_a_rewind_forgets_what_was_asked(world: World) -> None:
    world.follower.catch_up()
    before = [world.times.of(number) for number in (33, 90)]
    world.ledger.reorganise(20)
    for _ in range(40):
        world.ledger.mine()
    world.follower.catch_up()
    after = [world.times.of(number) for number in (33, 90)]
    assert after == [world.ledger.blocks[33], world.ledger.blocks[90]]
    assert (after[0] == before[0], after[1] == before[1]) == (True, False)


def test_a_chain_that_has_turned_is_not_mixed_with_the_index(world: World) -> None:
    world.follower.catch_up()
    world.ledger.reorganise(20)
    for _ in range(40):
        world.ledger.mine()
    with pytest.raises(ChainAnswerInvalid):
        world.times.of(33)
    world.ledger.reorganise(60)  # an engine that lags does not know where the index stands
    with pytest.raises(ChainAnswerInvalid):
        world.times.of(33)


def test_what_is_remembered_has_a_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ASKED", 3)
    world.follower.catch_up()
    for number in range(1, 50):
        assert world.times.of(number) == world.ledger.blocks[number]
    world.ledger.away = True
    assert world.times.of(49) == world.ledger.blocks[49]
    with pytest.raises(ChainUnreachable):
        world.times.of(1)
