"""Accepting is one transaction: a nonce, signed bytes, a row; a key means one request for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.submission import Signed, Submission, SubmissionState
from ledger_node.errors import IdempotencyKeyReused, QueueFull
from ledger_node.store.database import Database
from ledger_node.store.outbox import SqlOutbox
from tests.fakes import FakeClock, FakeSigner, address, digest

COMMAND = Command("dataset.register", "datasets", "registerDataset", (), digest(5))


@pytest.fixture
def outbox(database: Database) -> SqlOutbox:
    return SqlOutbox(database, FakeClock(), FakeSigner().address)


def accept(outbox: SqlOutbox, key: str, *, request: int = 1, floor: int = 0, cap: int = 100) -> Submission:
    signer = FakeSigner()
    return outbox.accept(
        COMMAND, Idempotency(key, digest(request)), "0x", lambda nonce: signer.sign("0x", "0x", nonce), floor, cap
    )


def test_accept_stores_signed_bytes_and_the_next_nonce(outbox: SqlOutbox) -> None:
    first, second = accept(outbox, "a", floor=4), accept(outbox, "b")
    assert [first.transaction.nonce, second.transaction.nonce] == [4, 5]
    assert outbox.find(first.id) == first
    assert first.state is SubmissionState.SIGNED
    assert [s.id for s in outbox.open()] == [first.id, second.id]


def test_same_key_and_request_give_the_same_submission(outbox: SqlOutbox) -> None:
    first = accept(outbox, "a")
    assert accept(outbox, "a") == first
    assert len(outbox.open()) == 1


def test_same_key_with_another_request_is_refused(outbox: SqlOutbox) -> None:
    accept(outbox, "a")
    with pytest.raises(IdempotencyKeyReused):
        accept(outbox, "a", request=2)


def test_newest_come_first_whoever_signed(database: Database) -> None:
    clock = FakeClock()

    def write(key: str, signer: FakeSigner, floor: int) -> Submission:
        clock.time += 1
        outbox = SqlOutbox(database, clock, signer.address)
        sign: Callable[[int], Signed] = lambda nonce: replace(  # noqa: E731
            signer.sign("0x", "0x", nonce), hash=digest(int(signer.address, 16) << 64 | nonce)
        )
        return outbox.accept(COMMAND, Idempotency(key, digest(1)), "0x", sign, floor, 100)

    former = [write(f"former {n}", FakeSigner(address(98)), 40) for n in range(3)]
    newer = [write(f"newer {n}", FakeSigner(address(99)), 0) for n in range(2)]
    found = SqlOutbox(database, clock, address(99)).list_recent(4)
    assert [one.id for one in found] == [one.id for one in (*reversed(newer), former[2], former[1])]


def test_newest_of_one_second_come_by_nonce(outbox: SqlOutbox) -> None:
    made = [accept(outbox, key) for key in "abc"]
    assert outbox.list_recent(2) == [made[2], made[1]]


def test_full_queue_refuses_and_keeps_nothing(outbox: SqlOutbox) -> None:
    accept(outbox, "a", cap=1)
    with pytest.raises(QueueFull):
        accept(outbox, "b", cap=1)
    assert outbox.find_by_key("b") is None


def test_failed_signing_keeps_nothing_and_uses_no_nonce(outbox: SqlOutbox) -> None:
    def broken(nonce: int) -> object:
        raise RuntimeError("no key")

    with pytest.raises(RuntimeError):
        outbox.accept(COMMAND, Idempotency("a", digest(1)), "0x", broken, 0, 10)  # type: ignore[arg-type]
    assert accept(outbox, "b").transaction.nonce == 0


def test_threads_never_share_a_nonce_nor_double_a_key(outbox: SqlOutbox) -> None:
    keys = [f"key-{i % 20}" for i in range(100)]
    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(lambda key: accept(outbox, key), keys))
    assert len({s.id for s in accepted}) == 20
    assert sorted(s.transaction.nonce for s in outbox.open()) == list(range(20))


def test_mark_moves_only_from_the_expected_state(outbox: SqlOutbox) -> None:
    one = accept(outbox, "a")
    assert outbox.mark(one.id, SubmissionState.SIGNED, SubmissionState.SENT)
    assert not outbox.mark(one.id, SubmissionState.SIGNED, SubmissionState.SENT)
    outbox.mark(one.id, SubmissionState.SENT, SubmissionState.MINED, block=3, status=1, outcome={"events": []})
    outbox.mark(one.id, SubmissionState.MINED, SubmissionState.FINAL, settled=True)
    found = outbox.find(one.id)
    assert found is not None
    assert (found.state, found.block, found.outcome) == (SubmissionState.FINAL, 3, {"events": []})
    assert outbox.unfinal() == []


def test_tables_are_those_of_the_newest_migration(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from ledger_node.store.schema import metadata

    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
