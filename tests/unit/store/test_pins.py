"""Documents that wait for the blob store."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ledger_node.errors import BlobCorrupt, BlobStoreUnreachable
from ledger_node.proof.cid import cid_of
from ledger_node.services.pinning import LONGEST_PAUSE, Pinning
from ledger_node.store.database import Database
from ledger_node.store.pins import SqlPins
from tests.blobs import MemoryBlobs
from tests.fakes import FakeClock

ONE, OTHER = b'{"card": 1}', b'{"card": 2}'


class Pinned:
    """A queue with its worker, over a blob store in memory."""

    def __init__(self, database: Database) -> None:
        self.clock = FakeClock()
        self.pins = SqlPins(database, self.clock)
        self.blobs = MemoryBlobs()
        self.worker = Pinning(self.blobs, self.pins, self.clock)

    def keep(self, content: bytes) -> str:
        self.pins.keep(cid_of(content), content)
        return cid_of(content)


@pytest.fixture
def queue(database: Database) -> Pinned:
    return Pinned(database)


def test_document_waits_with_its_bytes_until_it_is_pinned(queue: Pinned) -> None:
    cid = queue.keep(ONE)
    assert queue.pins.find(cid) == ONE
    assert queue.worker.step() == 1
    assert queue.pins.find(cid) is None
    assert queue.blobs.get(cid) == ONE
    assert queue.worker.step() == 0


def test_same_document_again_waits_once_and_is_pinned_once_more(queue: Pinned) -> None:
    cid = queue.keep(ONE)
    queue.keep(ONE)
    assert queue.worker.step() == 1
    queue.blobs.contents.clear()
    queue.keep(ONE)
    assert queue.worker.step() == 1
    assert queue.blobs.has(cid)


def test_store_that_is_away_is_asked_with_one_document_and_ever_more_seldom(queue: Pinned) -> None:
    queue.keep(ONE)
    queue.keep(OTHER)
    queue.blobs.failure = BlobStoreUnreachable("away")
    asked = []
    for _ in range(2_000):
        before = queue.blobs.puts
        assert queue.worker.step() == 0
        if queue.blobs.puts > before:
            asked.append(queue.clock.time)
        queue.clock.time += 1
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses[0] == 1
    assert pauses == sorted(pauses)
    assert pauses[-1] <= LONGEST_PAUSE
    assert len(asked) < 30
    queue.blobs.failure = None
    queue.clock.time += LONGEST_PAUSE
    assert [queue.worker.step() for _ in range(2)] == [2, 0]


def test_document_that_the_store_misnames_does_not_hold_the_others_up(queue: Pinned) -> None:
    queue.keep(ONE)
    queue.blobs.failure = BlobCorrupt("misnamed")
    assert queue.worker.step() == 0
    queue.blobs.failure = None
    other = queue.keep(OTHER)
    assert queue.worker.step() == 1
    assert queue.blobs.has(other)


def test_release_forgets_only_what_is_pinned_and_old(queue: Pinned) -> None:
    cid = queue.keep(ONE)
    assert not queue.pins.release(cid, queue.clock.time + 1)
    queue.worker.step()
    assert not queue.pins.release(cid, queue.clock.time)
    assert queue.pins.release(cid, queue.clock.time + 1)
    assert queue.pins.ages() == {}
    assert queue.pins.release(cid, 0)


def test_documents_that_wait_are_pinned_in_one_step(queue: Pinned) -> None:
    cids = [queue.keep(content) for content in (ONE, OTHER)]
    assert queue.worker.step() == 2
    assert all(queue.blobs.has(cid) and queue.pins.find(cid) is None for cid in cids)
