"""One of several processes writes; another takes over when it is gone, and it can write nothing afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ledger_node.errors import NotTheWriter
from ledger_node.store.database import Database
from ledger_node.store.lease import LEASE, Lease


@dataclass
class Seconds:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """The same store, as another process has it."""
    made = Database(database.url)
    yield made
    made.close()


@pytest.fixture
def clock() -> Seconds:
    """The standby's."""
    return Seconds()


@pytest.fixture
def standby(lease: Lease, other: Database, clock: Seconds) -> Iterator[Lease]:
    made = Lease(other, "1.1", clock)
    assert not made.take()
    yield made
    if made.held:
        made.release()


def end_process_of(lease: Lease) -> None:
    """What it locked is free, and it says nothing more."""
    lease._lock.free()


def test_only_the_writer_writes_as_such(database: Database, standby: Lease) -> None:
    with database.write(as_writer=True):
        pass
    with pytest.raises(NotTheWriter), standby.database.write(as_writer=True):
        pass
    with standby.database.write():
        pass


def test_beating_writer_is_left_alone_and_a_silent_one_is_not(lease: Lease, standby: Lease, clock: Seconds) -> None:
    clock.now += LEASE - 1
    assert lease.beat()
    assert not standby.take()
    clock.now += LEASE - 1
    assert not standby.take()
    clock.now += 1
    assert standby.take()
    assert standby.database.epoch == 2
    with standby.database.write(as_writer=True):
        pass


def test_writer_that_was_paused_writes_nothing_when_it_wakes(lease: Lease, standby: Lease, clock: Seconds) -> None:
    clock.now += LEASE
    assert standby.take()
    with pytest.raises(NotTheWriter), lease.database.write(as_writer=True):
        pass
    assert not lease.beat()
    assert not lease.held
    assert not lease.take()  # its own lock is free now, and the other's next beat still to come
    assert standby.beat()
    assert not lease.take()
    assert standby.held


def test_end_of_the_writers_process_shows_at_once(lease: Lease, standby: Lease) -> None:
    end_process_of(lease)
    assert standby.take()


def test_former_standby_that_took_over_silently_is_seen_by_its_beat(
    lease: Lease, standby: Lease, clock: Seconds
) -> None:
    """Its lock is the paused process's still, until that one ends: a third one must not think that nobody writes."""
    clock.now += LEASE
    assert standby.take()
    end_process_of(lease)
    assert standby.beat()
    third = Lease(lease.database, "1.1")
    lease.lose()
    assert not third.take()


def test_released_writing_is_taken_at_once(lease: Lease, standby: Lease) -> None:
    lease.release()
    assert standby.take()


def test_writer_takes_it_up_again_after_its_restart(lease: Lease, database: Database) -> None:
    end_process_of(lease)
    again = Lease(database, "test")
    assert again.take()
    assert database.epoch == 2
    again.release()


def test_step_that_began_before_the_writing_was_lost_writes_nothing_when_it_is_regained(
    lease: Lease, standby: Lease, clock: Seconds
) -> None:
    with lease.term():
        assert standby.take() is False
        clock.now += LEASE
        assert standby.take()
        assert not lease.beat()
        standby.release()
        assert lease.take()
        with pytest.raises(NotTheWriter), lease.database.write(as_writer=True):
            pass
    with lease.term(), lease.database.write(as_writer=True):
        pass
