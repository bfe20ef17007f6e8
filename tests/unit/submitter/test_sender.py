"""The submitter against a chain in memory: whatever fails and whenever it restarts, one effect."""

from __future__ import annotations

import pytest

from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.submission import Submission, SubmissionState
from ledger_node.errors import ChainUnreachable
from ledger_node.indexer.follower import Follower
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from ledger_node.store.outbox import SqlOutbox
from ledger_node.submitter.sender import Submitter
from tests.fakes import CONTRACTS, FakeClock, FakeLedger, FakeSigner, digest

STAGES = ("sending", "sent", "mined", "settled")


class Killed(BaseException):
    """Stands for SIGKILL inside one process; the integration tests send the real one."""


class World:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock, self.ledger, self.signer = FakeClock(), FakeLedger(), FakeSigner()
        self.index = SqlIndex(self.database)
        self.outbox = SqlOutbox(self.database, self.clock, self.signer.address)
        self.kill_at: str | None = None
        self.follower = Follower(self.ledger, self.index, self.ledger.deployment)
        self.restart()

    def restart(self) -> None:
        self.submitter = Submitter(
            self.ledger, self.outbox, self.index, self.clock, CONTRACTS, resend_seconds=5, stage=self.stage
        )

    def stage(self, name: str, submission: Submission) -> None:
        if name == self.kill_at:
            self.kill_at = None
            raise Killed

    def accept(self, key: str) -> Submission:
        command = Command("dataset.register", "datasets", "registerDataset", (), digest(5))
        return self.outbox.accept(
            command, Idempotency(key, digest(1)), "0x", lambda n: self.signer.sign("0x", "0x", n), 0, 100
        )

    def state(self, submission: Submission) -> SubmissionState:
        found = self.outbox.find(submission.id)
        assert found is not None
        return found.state

    def settle(self, rounds: int = 6) -> None:
        for _ in range(rounds):
            self.submitter.step()
            self.ledger.mine()
            self.follower.catch_up()
            self.clock.time += 6


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_submission_walks_from_signed_to_final(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    assert world.state(one) is SubmissionState.SENT
    world.settle()
    assert world.state(one) is SubmissionState.FINAL
    assert world.ledger.sends == [one.transaction.raw]


def test_refusal_is_terminal_and_later_nonces_go_on(world: World) -> None:
    world.ledger.failing.add(0)
    first, second = world.accept("a"), world.accept("b")
    world.settle()
    assert world.state(first) is SubmissionState.FAILED
    assert world.state(second) is SubmissionState.FINAL


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_any_stage_it_goes_on_with_the_same_bytes(world: World, stage: str) -> None:
    one = world.accept("a")
    world.kill_at = stage
    with pytest.raises(Killed):
        world.settle()
    world.restart()
    world.settle()
    assert world.state(one) is SubmissionState.FINAL
    assert set(world.ledger.sends) == {one.transaction.raw}
    assert world.ledger.next_nonce == 1


def test_chain_away_loses_nothing(world: World) -> None:
    one = world.accept("a")
    world.ledger.away = True
    with pytest.raises(ChainUnreachable):
        world.submitter.step()
    world.ledger.away = False
    world.settle()
    assert world.state(one) is SubmissionState.FINAL


def test_bytes_dropped_from_the_pool_are_sent_again(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.pool.clear()
    world.settle()
    assert world.state(one) is SubmissionState.FINAL
    assert len(world.ledger.sends) == 2


def test_nonce_used_by_another_marks_replaced_after_a_while(world: World) -> None:
    one = world.accept("a")
    world.ledger.next_nonce = 1
    world.submitter.step()
    assert world.state(one) is SubmissionState.SIGNED
    world.settle(7)
    assert world.state(one) is SubmissionState.REPLACED


def test_receipt_that_is_shown_late_is_not_blamed_on_another(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.mine()
    shown = world.ledger.receipts.pop(one.transaction.hash)
    world.settle(8)
    assert world.state(one) is SubmissionState.REPLACED
    world.ledger.receipts[one.transaction.hash] = shown
    world.settle()
    assert world.state(one) is SubmissionState.FINAL


def test_outcome_is_that_of_the_fork_that_stands(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.mine()
    world.follower.catch_up()
    world.submitter.step()
    assert world.state(one) is SubmissionState.MINED
    world.ledger.reorganise(1)
    world.ledger.pool[0] = one.transaction.hash
    world.ledger.failing.add(0)
    world.ledger.mine()
    world.settle()
    found = world.outbox.find(one.id)
    assert found is not None
    assert (found.state, found.status, found.outcome) == (
        SubmissionState.FAILED,
        0,
        {"error": "ConsentTokenRefused"},
    )


def test_reorganisation_rearms_what_fell_out(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.mine()
    world.follower.catch_up()
    world.submitter.step()
    assert world.state(one) is SubmissionState.MINED
    world.ledger.reorganise(1)
    world.ledger.mine()
    world.follower.catch_up()
    world.submitter.step()
    assert world.state(one) is SubmissionState.SENT
    world.settle()
    assert world.state(one) is SubmissionState.FINAL
    assert world.ledger.next_nonce == 1
