"""The submitter against a chain in memory: whatever fails and whenever it restarts, one effect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger_node.chain.finality import ByDepth
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.position import Event, Position
from ledger_node.domain.submission import CANCELLED, Entry, Submission, SubmissionState
from ledger_node.errors import ChainAnswerInvalid, ChainUnreachable
from ledger_node.indexer.follower import Follower
from ledger_node.store.database import Database
from ledger_node.store.desk import SqlDesk
from ledger_node.store.dispatch import SqlDispatch
from ledger_node.store.index import SqlIndex
from ledger_node.store.outbox import SqlOutbox
from ledger_node.submitter import sending
from ledger_node.submitter.submitter import Submitter
from tests.fakes import CONTRACTS, FakeClock, FakeLedger, FakeSigner, address, digest

STAGES = ("signing", "signed", "sending", "sent", "mined", "settled")
COMMAND = Command("dataset.register", "datasets", "registerDataset", (), digest(5))


class Killed(BaseException):
    """Stands for SIGKILL inside one process; the integration tests send the real one."""


class World:
    def __init__(self, database: Database) -> None:
        self.clock, self.ledger, self.signer = FakeClock(), FakeLedger(), FakeSigner()
        self.index = SqlIndex(database)
        self.outbox = SqlOutbox(database, self.clock, self.signer.address)
        self.dispatch = SqlDispatch(database, self.signer.address)
        self.desk = SqlDesk(database, self.clock, self.signer.address)
        self.kill_at: str | None = None
        self.deployment = self.ledger.deployment
        self.follower = Follower(self.ledger, self.index, self.deployment)
        self.follower.catch_up()
        self.restart()
        self.submitter.step()

    def restart(self, window: int = 1000) -> None:
        self.submitter = Submitter(
            self.ledger,
            self.dispatch,
            self.desk,
            self.index,
            self.clock,
            self.signer,
            ByDepth(1),
            CONTRACTS,
            genesis=self.deployment.genesis,
            window=window,
            resend_seconds=5,
            blame_seconds=30,
            stage=self.stage,
        )

    def stage(self, name: str) -> None:
        if name == self.kill_at:
            self.kill_at = None
            raise Killed

    def accept(self, key: str) -> Submission:
        return self.outbox.accept([Entry(COMMAND, Idempotency(key, digest(1)), address(2), "0x")], 1000)[0]

    def find(self, submission: Submission) -> Submission:
        found = self.outbox.find(submission.id)
        assert found is not None
        return found

    def state(self, submission: Submission) -> SubmissionState:
        return self.find(submission).state

    def hash(self, submission: Submission) -> str:
        signed = self.find(submission).transaction
        assert signed is not None
        return signed.hash

    def mine(self) -> None:
        """A block, indexed and looked at."""
        self.ledger.mine()
        self.follower.catch_up()
        self.submitter.step()

    def settle(self, rounds: int = 6) -> None:
        for _ in range(rounds):
            self.submitter.step()
            self.ledger.mine()
            self.follower.catch_up()
            self.clock.time += 6


def registered(transaction: str, place: int) -> Event:
    """What a registration in block 1 writes."""
    args: dict[str, object] = {"dataset": digest(60 + place), "custodian": 1, "number": place + 1}
    args |= {"cardDigest": digest(9), "operator": address(99)}
    return Event(Position(1, place), digest(1_000_001), transaction, "datasets", "DatasetRegistered", args, 1)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_submission_walks_from_queued_to_final(world: World) -> None:
    one = world.accept("a")
    assert world.state(one) is SubmissionState.QUEUED
    world.submitter.step()
    assert world.state(one) is SubmissionState.SENT
    world.mine()
    assert world.state(one) is SubmissionState.MINED
    world.mine()
    assert world.state(one) is SubmissionState.FINAL
    assert world.ledger.sends == ["0xraw0"]


def test_refusal_is_terminal_and_later_nonces_go_on(world: World) -> None:
    world.ledger.failing.add(0)
    first, second = world.accept("a"), world.accept("b")
    world.settle()
    assert world.state(first) is SubmissionState.FAILED
    assert world.state(second) is SubmissionState.FINAL


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_any_stage_it_goes_on_with_the_same_bytes(world: World, stage: str) -> None:
    one, other = world.accept("a"), world.accept("b")
    world.kill_at = stage
    with pytest.raises(Killed):
        world.settle()
    world.restart()
    world.settle()
    assert (world.state(one), world.state(other)) == (SubmissionState.FINAL, SubmissionState.FINAL)
    assert set(world.ledger.sends) == {"0xraw0", "0xraw1"}
    assert world.ledger.next_nonce == 2


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
    assert world.ledger.sends == ["0xraw0", "0xraw0"]


def test_clock_that_is_set_back_keeps_nothing_from_being_sent_again(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.pool.clear()
    world.clock.time -= 900
    world.settle(2)
    assert world.state(one) is not SubmissionState.SENT
    assert world.ledger.sends == ["0xraw0", "0xraw0"]


@pytest.mark.parametrize("commit", [1, 2, 3, 2000])
def test_no_more_are_sent_than_the_window_holds(world: World, monkeypatch: pytest.MonkeyPatch, commit: int) -> None:
    monkeypatch.setattr(sending, "COMMIT", commit)
    made = [world.accept(f"{n}") for n in range(7)]
    world.restart(window=3)
    world.submitter.step()
    assert len(world.ledger.pool) == 3
    world.settle()
    assert {world.state(one) for one in made} == {SubmissionState.FINAL}


@pytest.mark.parametrize(("commit", "room"), [(2000, 2), (2, 2), (2, 3), (1, 2)])
def test_full_pool_keeps_the_rest_and_their_order(
    world: World, monkeypatch: pytest.MonkeyPatch, commit: int, room: int
) -> None:
    """Whichever of those that are marked together it cannot take."""
    monkeypatch.setattr(sending, "COMMIT", commit)
    made = [world.accept(f"{n}") for n in range(5)]
    world.ledger.room = room
    with pytest.raises(ChainAnswerInvalid):
        world.submitter.step()
    assert [world.state(one).value for one in made] == ["sent"] * room + ["signed"] * (5 - room)
    assert world.ledger.sends[:room] == [f"0xraw{n}" for n in range(room)]
    world.ledger.room = 100
    world.settle()
    assert {world.state(one) for one in made} == {SubmissionState.FINAL}


def test_what_wrote_events_is_settled_by_them_alone(world: World) -> None:
    one, other = world.accept("a"), world.accept("b")
    world.submitter.step()
    made = [registered(world.hash(each), place) for place, each in enumerate((one, other))]
    world.ledger.serves_receipts = False
    world.ledger.mine(made)
    world.follower.catch_up()
    world.submitter.step()
    assert world.find(one).outcome == {"events": ["DatasetRegistered"], "dataset": digest(60), "number": 1}
    world.mine()
    assert (world.state(one), world.state(other)) == (SubmissionState.FINAL, SubmissionState.FINAL)


def test_refusal_among_writes_with_events_is_found_by_its_receipt(world: World) -> None:
    made = [world.accept(key) for key in "abc"]
    world.submitter.step()
    world.ledger.failing.add(1)
    world.ledger.mine([registered(world.hash(made[0]), 0), registered(world.hash(made[2]), 1)])
    world.follower.catch_up()
    world.submitter.step()
    assert [world.state(one).value for one in made] == ["mined", "failed", "mined"]


def test_engine_without_receipts_by_block_is_asked_by_hash(world: World) -> None:
    world.ledger.serves_blocks = False
    one = world.accept("a")
    world.settle()
    assert world.state(one) is SubmissionState.FINAL


def test_blocks_of_a_long_absence_are_not_read_one_by_one(world: World) -> None:
    made = [world.accept(f"{n}") for n in range(250)]
    world.submitter.step()
    for _ in range(60):
        world.ledger.mine()
    world.follower.catch_up()
    world.restart()
    world.submitter.step()
    assert {world.state(one) for one in made} == {SubmissionState.FINAL}


def test_foreign_transaction_in_a_block_is_named_and_pauses(world: World) -> None:
    one, other = world.accept("a"), world.accept("b")
    world.submitter.step()
    world.ledger.pool[0] = digest(30_000)
    world.mine()
    (alarm,) = world.desk.alarms(10)
    assert (alarm.nonce, alarm.transaction, alarm.block) == (0, digest(30_000), 1)
    assert world.desk.paused() == "foreign_transaction"
    assert (world.state(one), world.state(other)) == (SubmissionState.REPLACED, SubmissionState.MINED)
    third = world.accept("c")
    world.settle()
    assert (world.state(one), world.state(third)) == (SubmissionState.REPLACED, SubmissionState.QUEUED)

    world.desk.resume()
    world.settle()
    assert {world.state(each) for each in (one, other, third)} == {SubmissionState.FINAL}
    assert sorted(set(world.ledger.sends)) == ["0xraw0", "0xraw1", "0xraw2", "0xraw3"]


def test_foreign_transaction_while_nothing_is_sent_is_seen_too(world: World) -> None:
    one = world.accept("a")
    world.settle()
    world.ledger.pool[1] = digest(30_001)
    world.mine()
    assert [alarm.nonce for alarm in world.desk.alarms(10)] == [1]
    assert world.state(one) is SubmissionState.FINAL


def test_former_use_of_a_key_that_wrote_nothing_here_is_no_alarm(world: World) -> None:
    world.ledger.next_nonce = 4
    world.restart()
    world.submitter.step()
    one = world.accept("a")
    world.settle()
    assert world.desk.alarms(10) == []
    assert world.hash(one) == digest(10_004)


def test_nonces_used_while_away_are_seen_at_the_start_and_before_anything_is_signed(world: World) -> None:
    """As after the restoring of a backup, when they were this node's own."""
    first = world.accept("a")
    world.settle()
    world.ledger.next_nonce += 3
    world.restart()
    world.submitter.step()
    assert [(alarm.nonce, alarm.transaction) for alarm in world.desk.alarms(10)] == [(3, None), (2, None), (1, None)]
    assert world.desk.paused() == "foreign_transaction"
    one = world.accept("b")
    world.settle()
    assert world.state(one) is SubmissionState.QUEUED
    world.desk.resume()
    world.settle()
    assert world.hash(one) == digest(10_004)
    assert world.desk.paused() is None
    assert {world.state(first), world.state(one)} == {SubmissionState.FINAL}


@pytest.mark.parametrize("restored", [True, False])
def test_key_that_signed_nothing_here_and_was_used_meanwhile_signs_nothing(world: World, restored: bool) -> None:
    """As after the restoring of a backup in which writes were queued that were signed after it."""
    world.ledger.next_nonce = 4
    world.restart()
    world.submitter.step()
    one = world.accept("a")
    world.ledger.next_nonce += 2
    if restored:
        world.restart()
    world.settle()
    assert sorted(alarm.nonce for alarm in world.desk.alarms(10)) == [4, 5]
    assert world.desk.paused() == "foreign_transaction"
    assert world.state(one) is SubmissionState.QUEUED
    world.desk.resume()
    world.settle()
    assert world.hash(one) == digest(10_006)
    assert world.state(one) is SubmissionState.FINAL


def test_new_key_of_a_node_has_a_past_of_its_own(world: World, database: Database) -> None:
    """It has accepted its organisation, say; what the former key wrote is none of its."""
    world.accept("a")
    world.settle()
    world.signer = FakeSigner(address(98))
    world.ledger.sender, world.ledger.next_nonce = world.signer.address, 1
    world.dispatch = SqlDispatch(database, world.signer.address)
    world.desk = SqlDesk(database, world.clock, world.signer.address)
    world.restart()
    world.submitter.step()
    assert world.desk.alarms(10) == []
    assert world.desk.paused() is None


def test_nonce_used_while_away_is_blamed_after_a_while(world: World) -> None:
    one = world.accept("a")
    world.kill_at = "signed"
    with pytest.raises(Killed):
        world.submitter.step()
    world.ledger.pool[0] = digest(30_000)
    world.ledger.mine()
    world.follower.catch_up()
    world.restart()
    world.submitter.step()
    assert world.state(one) is SubmissionState.SENT
    world.settle(9)
    assert world.state(one) is SubmissionState.REPLACED
    assert [(alarm.nonce, alarm.transaction) for alarm in world.desk.alarms(10)] == [(0, None)]
    world.desk.resume()
    world.settle()
    assert world.state(one) is SubmissionState.FINAL
    assert world.hash(one) == digest(10_001)


def test_receipt_that_is_shown_late_is_no_second_effect(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.mine()
    shown = world.ledger.receipts_by_hash.pop(world.hash(one))
    world.settle(12)
    assert world.state(one) is SubmissionState.REPLACED
    world.ledger.receipts_by_hash[shown.transaction] = shown
    world.desk.resume()
    world.settle()
    assert world.state(one) is SubmissionState.FINAL
    assert set(world.ledger.sends) == {"0xraw0"}


def test_foreign_transaction_that_falls_out_gives_the_nonce_back(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.pool[0] = digest(30_000)
    world.mine()
    assert world.state(one) is SubmissionState.REPLACED
    world.ledger.reorganise(1)
    world.ledger.mine()
    world.follower.catch_up()
    world.desk.resume()
    world.settle()
    assert world.state(one) is SubmissionState.FINAL
    assert world.hash(one) == digest(10_000)


def test_queued_write_is_cancelled_at_once(world: World) -> None:
    one = world.accept("a")
    world.desk.cancel(one.id, world.signer.sign_nothing)
    world.settle()
    assert (world.find(one).outcome, world.find(one).settled) == (CANCELLED, True)
    assert world.ledger.sends == []


def test_cancellation_takes_the_nonce_of_what_the_pool_lost(world: World) -> None:
    one, other = world.accept("a"), world.accept("b")
    world.submitter.step()
    del world.ledger.pool[0]
    world.desk.cancel(one.id, world.signer.sign_nothing)
    world.settle()
    assert (world.state(one), world.find(one).outcome) == (SubmissionState.REPLACED, CANCELLED)
    assert world.state(other) is SubmissionState.FINAL
    assert world.desk.alarms(10) == []


def test_cancellation_that_comes_too_late_changes_nothing(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.mine()
    world.desk.cancel(one.id, world.signer.sign_nothing)
    world.follower.catch_up()
    world.settle()
    assert world.state(one) is SubmissionState.FINAL


def test_paused_outbox_settles_and_sends_nothing(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.desk.pause("operator")
    other = world.accept("b")
    world.settle()
    assert (world.state(one), world.state(other)) == (SubmissionState.FINAL, SubmissionState.QUEUED)
    world.desk.resume()
    world.settle()
    assert world.state(other) is SubmissionState.FINAL


def test_outcome_is_that_of_the_fork_that_stands(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.mine()
    assert world.state(one) is SubmissionState.MINED
    world.ledger.reorganise(1)
    world.ledger.pool[0] = world.hash(one)
    world.ledger.failing.add(0)
    world.ledger.mine()
    world.settle()
    found = world.find(one)
    assert (found.state, found.status, found.outcome) == (SubmissionState.FAILED, 0, {"error": "ConsentTokenRefused"})


def test_reorganisation_rearms_what_fell_out(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.mine()
    assert world.state(one) is SubmissionState.MINED
    world.ledger.reorganise(1)
    world.ledger.mine()
    world.follower.catch_up()
    world.settle()
    assert world.state(one) is SubmissionState.FINAL
    assert world.ledger.next_nonce == 1
    assert set(world.ledger.sends) == {"0xraw0"}


def test_cancelled_write_that_lost_its_nonce_holds_nothing_up(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.desk.cancel(one.id, world.signer.sign_nothing)
    world.ledger.pool[0] = digest(30_000)
    world.mine()
    world.desk.resume()
    world.settle(4)
    other = world.accept("b")
    world.settle()
    assert (world.find(one).outcome, world.find(one).settled) == (CANCELLED, True)
    assert world.state(other) is SubmissionState.FINAL


def test_what_the_index_has_is_not_blamed_on_another(world: World) -> None:
    """An engine that gives no receipt by hash, since it prunes that, or has not made it yet."""
    one = world.accept("a")
    world.submitter.step()
    world.ledger.mine([registered(world.hash(one), 0)])
    world.ledger.receipts_by_hash.pop(world.hash(one))
    world.restart()
    world.follower.catch_up()
    world.settle(12)
    assert world.state(one) is SubmissionState.FINAL
    assert (world.desk.paused(), world.ledger.next_nonce) == (None, 1)


def test_nonce_that_is_lost_once_more_is_looked_at_once_more(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    for _ in range(2):
        world.ledger.pool[0] = digest(30_000)
        world.mine()
        assert world.desk.paused() == "foreign_transaction"
        world.ledger.reorganise(1)
        world.ledger.mine()
        world.ledger.mine()
        world.follower.catch_up()
        world.desk.resume()
        world.submitter.step()
        assert world.state(one) is SubmissionState.SENT
    world.settle()
    assert world.state(one) is SubmissionState.FINAL


def test_steady_writes_keep_nothing_from_being_sent_again(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.pool.clear()
    for number in range(5):
        world.accept(f"{number}")
        world.clock.time += 4
        world.mine()
    assert world.state(one) is not SubmissionState.SENT


def test_server_that_lags_behind_another_takes_nothing_back(world: World) -> None:
    one = world.accept("a")
    world.submitter.step()
    world.ledger.mine([registered(world.hash(one), 0)])
    world.follower.catch_up()
    world.submitter.step()
    world.ledger.mine()
    world.follower.catch_up()
    world.ledger.lags = 2
    world.submitter.step()
    assert world.state(one) is SubmissionState.MINED
    world.ledger.lags = 0
    world.submitter.step()
    assert world.state(one) is SubmissionState.FINAL


def test_reorganisation_below_what_was_final_jams_nothing(world: World) -> None:
    one = world.accept("a")
    world.settle(4)
    assert world.state(one) is SubmissionState.FINAL
    world.ledger.reorganise(len(world.ledger.blocks) - 1)
    for _ in range(6):
        world.ledger.mine()
    world.follower.catch_up()
    other = world.accept("b")
    world.settle(12)
    assert (world.state(one), world.state(other)) == (SubmissionState.FINAL, SubmissionState.FINAL)


def test_what_is_settled_by_its_events_is_blamed_by_no_earlier_look(world: World) -> None:
    """A receipt that came late, and, after the chain has turned, comes late once more: each time it is awaited anew."""
    one = world.accept("a")
    world.submitter.step()
    hash_ = world.hash(one)
    world.ledger.mine()
    late = world.ledger.receipts_by_hash.pop(hash_)
    world.follower.catch_up()
    world.submitter.step()
    assert world.state(one) is SubmissionState.SENT

    world.ledger.receipts_by_hash[hash_] = late
    world.ledger.reorganise(1)
    world.ledger.pool[0] = hash_
    world.ledger.mine()
    at = world.ledger.blocks[-1]
    event = replace(registered(hash_, 0), at=Position(at.number, 0), block_hash=at.hash)
    world.ledger.logs.append(event)
    world.ledger.mine()
    world.follower.catch_up()
    world.submitter.step()
    assert world.state(one) is SubmissionState.FINAL

    world.clock.time += 3600
    world.ledger.reorganise(2)
    world.ledger.pool[0] = hash_
    world.ledger.mine()
    del world.ledger.receipts_by_hash[hash_]
    world.ledger.mine()
    world.follower.catch_up()
    world.submitter.step()
    assert world.state(one) is SubmissionState.SENT
    assert world.desk.paused() is None
