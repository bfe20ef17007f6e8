"""Accepting is one transaction: a row, and a key means one request for ever. Each state then follows from another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.position import BlockRef
from ledger_node.domain.submission import CANCELLED, Entry, Settlement, Submission, SubmissionState
from ledger_node.errors import IdempotencyKeyReused, IndexConflict, NotTheWriter, QueueFull
from ledger_node.store.database import Database
from ledger_node.store.desk import SqlDesk
from ledger_node.store.dispatch import SqlDispatch
from ledger_node.store.outbox import SqlOutbox
from tests.fakes import FakeClock, FakeSigner, address, digest

COMMAND = Command("dataset.register", "datasets", "registerDataset", (), digest(5))
SIGNER = FakeSigner()
BLOCK = BlockRef(7, digest(7), 1_007)


@pytest.fixture
def outbox(database: Database) -> SqlOutbox:
    return SqlOutbox(database, FakeClock(), SIGNER.address)


@pytest.fixture
def dispatch(database: Database) -> SqlDispatch:
    return SqlDispatch(database, SIGNER.address)


@pytest.fixture
def desk(database: Database) -> SqlDesk:
    return SqlDesk(database, FakeClock(), SIGNER.address)


def entry(key: str, request: int = 1) -> Entry:
    return Entry(COMMAND, Idempotency(key, digest(request)), address(2), "0xabcd")


def accept(outbox: SqlOutbox, *keys: str, cap: int = 100) -> list[Submission]:
    return outbox.accept([entry(key) for key in keys], cap)


def sign_all(dispatch: SqlDispatch, floor: int = 0) -> None:
    nonce = dispatch.next_nonce(floor)
    waiting = dispatch.waiting(100)
    dispatch.sign([(one.id, SIGNER.sign(one.to, one.calldata, nonce + i)) for i, one in enumerate(waiting)])


def state(outbox: SqlOutbox, submission: Submission) -> SubmissionState:
    found = outbox.find(submission.id)
    assert found is not None
    return found.state


def test_accept_stores_what_is_to_be_signed_in_its_order(outbox: SqlOutbox, dispatch: SqlDispatch) -> None:
    first, second = accept(outbox, "a", "b")
    (third,) = accept(outbox, "c")
    assert outbox.find(first.id) == first
    assert (first.state, first.transaction) == (SubmissionState.QUEUED, None)
    assert [one.id for one in dispatch.waiting(10)] == [first.id, second.id, third.id]
    assert [(one.to, one.calldata) for one in dispatch.waiting(1)] == [(address(2), "0xabcd")]


def test_same_key_and_request_give_the_same_submission(outbox: SqlOutbox) -> None:
    (first,) = accept(outbox, "a")
    assert accept(outbox, "a", "b")[0] == first
    assert len(outbox.list_recent(10)) == 2


def test_same_key_with_another_request_is_refused_with_all_that_came_with_it(outbox: SqlOutbox) -> None:
    accept(outbox, "a")
    with pytest.raises(IdempotencyKeyReused):
        outbox.accept([entry("b"), entry("a", request=2)], 100)
    assert outbox.find_by_key("b") is None


def test_newest_come_first_whoever_signs(database: Database) -> None:
    made = [accept(SqlOutbox(database, FakeClock(), address(n)), f"{n}")[0] for n in (98, 98, 99, 98)][:3]
    assert [one.id for one in SqlOutbox(database, FakeClock(), address(99)).list_recent(2)] == [made[2].id, made[0].id]


def test_full_queue_refuses_and_keeps_nothing(outbox: SqlOutbox) -> None:
    accept(outbox, "a", cap=2)
    with pytest.raises(QueueFull):
        accept(outbox, "b", "c", cap=2)
    assert outbox.find_by_key("b") is None
    accept(outbox, "b", cap=2)


def test_threads_never_double_a_key(outbox: SqlOutbox, dispatch: SqlDispatch) -> None:
    keys = [f"key-{i % 20}" for i in range(100)]
    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(lambda key: accept(outbox, key)[0], keys))
    assert len({one.id for one in accepted}) == 20
    assert len(dispatch.waiting(100)) == 20


def test_nonces_follow_the_last_and_begin_at_the_floor(outbox: SqlOutbox, dispatch: SqlDispatch) -> None:
    assert dispatch.next_nonce(4) == 4
    accept(outbox, "a", "b")
    sign_all(dispatch, floor=4)
    assert [one.nonce for one in dispatch.unsent(10)] == [4, 5]
    assert dispatch.next_nonce(0) == 6
    assert SqlDispatch(outbox._database, address(98)).next_nonce(0) == 0


def test_signing_what_was_cancelled_meanwhile_signs_nothing(
    outbox: SqlOutbox, dispatch: SqlDispatch, desk: SqlDesk
) -> None:
    first, second = accept(outbox, "a", "b")
    waiting = dispatch.waiting(10)
    assert desk.cancel(second.id, SIGNER.sign_nothing) is not None
    with pytest.raises(IndexConflict):
        dispatch.sign([(one.id, SIGNER.sign(one.to, one.calldata, i)) for i, one in enumerate(waiting)])
    assert state(outbox, first) is SubmissionState.QUEUED
    found = outbox.find(second.id)
    assert found is not None
    assert (found.state, found.outcome, found.settled) == (SubmissionState.REPLACED, CANCELLED, True)


def test_settling_and_finishing_go_by_the_block(outbox: SqlOutbox, dispatch: SqlDispatch) -> None:
    one, other = accept(outbox, "a", "b")
    sign_all(dispatch)
    dispatch.sent(dispatch.unsent(10))
    assert dispatch.in_flight() == 2
    dispatch.settle(
        [
            Settlement(one.id, SubmissionState.MINED, 7, BLOCK.hash, 1, {"events": []}),
            Settlement(other.id, SubmissionState.FAILED, 8, digest(8), 0, {"error": "No"}),
        ]
    )
    assert dispatch.passing_blocks(7) == [(7, BLOCK.hash)]
    assert dispatch.finish(7, digest(70), SubmissionState.FINAL) == 0
    assert dispatch.finish(7, BLOCK.hash, SubmissionState.SAFE) == 1
    assert dispatch.rearm(8, digest(8)) == 1
    assert (state(outbox, one), state(outbox, other)) == (SubmissionState.SAFE, SubmissionState.SENT)
    dispatch.settle([Settlement(one.id, SubmissionState.FAILED, 9, digest(9), 0, {})])
    assert state(outbox, one) is SubmissionState.SAFE
    assert dispatch.passing_blocks(100) == []


def test_what_lost_its_nonce_waits_for_another(outbox: SqlOutbox, dispatch: SqlDispatch) -> None:
    one, other = accept(outbox, "a", "b")
    sign_all(dispatch)
    assert dispatch.replaced(0, BLOCK)
    assert not dispatch.replaced(0, BLOCK)
    assert state(outbox, one) is SubmissionState.REPLACED
    assert dispatch.taken(6) == []
    assert dispatch.requeue(dispatch.taken(7)) == 1
    sign_all(dispatch, floor=1)
    found = outbox.find(one.id)
    assert found is not None
    assert found.transaction is not None
    assert found.transaction.nonce == 2
    assert state(outbox, other) is SubmissionState.SIGNED


def test_cancelled_while_signed_sends_what_takes_its_nonce(
    outbox: SqlOutbox, dispatch: SqlDispatch, desk: SqlDesk
) -> None:
    (one,) = accept(outbox, "a")
    sign_all(dispatch)
    dispatch.sent(dispatch.unsent(10))
    assert desk.cancel(one.id, SIGNER.sign_nothing) is not None
    (outgoing,) = dispatch.unsent(10)
    assert (outgoing.raw, outgoing.hashes) == ("0xnothing0", (digest(10_000), digest(20_000)))
    assert set(dispatch.find_hashes([digest(20_000)])) == {digest(10_000), digest(20_000)}
    dispatch.settle([Settlement(one.id, SubmissionState.REPLACED, 7, BLOCK.hash, outcome=CANCELLED)])
    assert dispatch.taken(7) == []
    assert dispatch.finish(7, BLOCK.hash, SubmissionState.FINAL) == 1
    assert desk.cancel(one.id, SIGNER.sign_nothing) == outbox.find(one.id)


def test_an_alarm_is_kept_once_and_pauses(desk: SqlDesk) -> None:
    assert desk.paused() is None
    assert desk.alarm(3, digest(9), 7)
    assert not desk.alarm(3, None, 8)
    assert desk.paused() == "foreign_transaction"
    desk.pause("operator")
    assert desk.paused() == "foreign_transaction"
    desk.resume()
    assert desk.paused() is None
    assert [(one.nonce, one.transaction, one.block) for one in desk.alarms(10)] == [(3, digest(9), 7)]


def test_who_is_not_the_writer_signs_and_settles_nothing(
    database: Database, outbox: SqlOutbox, dispatch: SqlDispatch
) -> None:
    accept(outbox, "a")
    database.epoch = 41
    with pytest.raises(NotTheWriter):
        sign_all(dispatch)
    database.epoch = None
    with pytest.raises(NotTheWriter):
        dispatch.replaced(0, BLOCK)
    accept(outbox, "b")


def test_tables_are_those_of_the_newest_migration(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from ledger_node.store.schema import metadata

    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_former_submissions_are_numbered_in_their_order(database: Database) -> None:
    from importlib.resources import as_file, files

    from alembic import command
    from alembic.config import Config
    from sqlalchemy import text

    from ledger_node.store import database as module

    columns = (
        "id, idempotency_key, request_digest, kind, contract, function, raw, hash, signer, nonce, state, settled,"
        " created_at"
    )
    with as_file(files(module.__package__).joinpath("migrations")) as folder, database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        for name, nonce, created in (("late", 0, 20), ("early", 8, 10), ("later", 1, 20)):
            values = f"'{name}', '{name}', '0x', 'k', 'c', 'f', '0x', '{name}', '0x', {nonce}, 'sent', false, {created}"
            connection.execute(text(f"INSERT INTO local_submission ({columns}) VALUES ({values})"))
        command.upgrade(config, "head")
    found = SqlOutbox(database, FakeClock(), "0x").list_recent(10)
    assert [one.id for one in found] == ["later", "late", "early"]


def test_queued_write_of_a_former_key_is_signed_by_the_new_one(
    database: Database, outbox: SqlOutbox, dispatch: SqlDispatch, desk: SqlDesk
) -> None:
    """What was signed stays the former key's: its bytes may be mined yet."""
    (sent,) = accept(outbox, "a")
    sign_all(dispatch)
    queued, cancelled = accept(outbox, "b", "c")
    new = FakeSigner(address(98))
    after, its_desk = SqlDispatch(database, new.address), SqlDesk(database, FakeClock(), new.address)
    assert its_desk.cancel(cancelled.id, new.sign_nothing) is not None
    assert its_desk.cancel(sent.id, new.sign_nothing) is None
    assert its_desk.resend(sent.id) is None
    (waiting,) = after.waiting(100)
    after.sign([(waiting.id, new.sign(waiting.to, waiting.calldata, after.next_nonce(3)))])
    found = outbox.find(queued.id)
    assert found is not None
    assert (found.signer, found.state) == (new.address, SubmissionState.SIGNED)
    assert [one.id for one in after.unsent(10)] == [queued.id]
    assert [one.id for one in dispatch.unsent(10)] == [sent.id]
