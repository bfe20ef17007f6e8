"""The log: one leaf for each record, heads over padded trees, nothing lost and nothing twice."""

from __future__ import annotations

import hashlib
import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_node.domain.dataset import PADDING
from ledger_node.edge.streams.log import FILE, KEY, Record, StreamLog
from ledger_node.edge.trees.tree import Tree
from ledger_node.errors import InvalidDocument, NotFound, StateConflict
from ledger_node.proof.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion

STREAM = "0x" + "5a" * 32


def record(number: int) -> Record:
    return Record(hashlib.sha256(b"%d" % number).digest(), f"2.25.{number}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    StreamLog.create(tmp_path / "stream", STREAM)
    return tmp_path / "stream"


def test_records_stand_in_the_order_of_their_coming(folder: Path) -> None:
    with StreamLog(folder) as log:
        assert log.stream == STREAM
        assert [one and one.position for one in log.take([record(3), record(1), record(2)])] == [0, 1, 2]
        assert log.position_of("2.25.1") == 1
        assert log.open_leaves == log.records == 3


def test_same_record_is_known_and_another_of_its_instance_is_not_taken(folder: Path) -> None:
    with StreamLog(folder) as log:
        log.take([record(0), record(1)])
        again, other, new = log.take([record(1), Record(b"\x07" * 32, "2.25.0"), record(2)])
        assert again is not None
        assert (again.position, again.known) == (1, True)
        assert other is None
        assert new is not None
        assert (new.position, new.known) == (2, False)


@pytest.mark.parametrize("count", [1, PADDING - 1, PADDING, PADDING + 1])
def test_head_is_that_of_the_padded_tree(folder: Path, count: int) -> None:
    with StreamLog(folder) as log:
        log.take([record(n) for n in range(count)])
        head = log.close_head()
        assert head is not None
        assert head.size == -(-count // PADDING) * PADDING
        leaves = log.leaves(head.size)
        assert head.root == root_of(leaf_hash(leaf.tobytes()) for leaf in leaves)
        assert len({leaf.tobytes() for leaf in leaves}) == head.size
        assert log.close_head() is None
        assert (log.open_leaves, log.records) == (0, count)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_every_record_is_in_every_head_that_covers_it_and_heads_are_consistent(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int]
) -> None:
    """Whenever the process is started again between."""
    folder = tmp_path_factory.mktemp("stream") / "stream"
    StreamLog.create(folder, STREAM)
    places: list[int] = []
    for number, size in enumerate(batches):
        with StreamLog(folder) as log:
            taken = log.take([record(1000 * number + n) for n in range(size)])
            places += [one.position for one in taken if one is not None]
            log.close_head()
    with StreamLog(folder) as log:
        heads = log.heads()
        trees = {head.size: Tree(log.leaves(head.size)) for head in heads}
    assert [tree.root for tree in trees.values()] == [head.root for head in heads]
    for earlier, later in pairwise(heads):
        proof = trees[later.size].consistency_proof(earlier.size)
        assert verify_consistency(earlier.size, later.size, earlier.root, later.root, proof)
    last = heads[-1]
    leaves = log_leaves(folder, last.size)
    for place in places:
        proof = trees[last.size].inclusion_proof(place)
        assert verify_inclusion(leaf_hash(leaves[place]), place, last.size, proof, last.root)


def log_leaves(folder: Path, size: int) -> list[bytes]:
    with StreamLog(folder) as log:
        return [leaf.tobytes() for leaf in log.leaves(size)]


def test_heads_wait_until_they_are_anchored(folder: Path) -> None:
    with StreamLog(folder) as log:
        log.take([record(1)])
        first = log.close_head()
        log.take([record(2)])
        log.close_head()
        assert first is not None
        log.anchored(first)
    with StreamLog(folder) as log:
        assert [head.size for head in log.waiting()] == [2 * PADDING]
        assert len({head.request for head in log.heads()}) == 2


def test_forgotten_record_leaves_its_leaf_and_no_nonce(folder: Path) -> None:
    with StreamLog(folder) as log:
        log.take([record(1), record(2)])
        head = log.close_head()
        assert head is not None
        nonce = sqlite_row(log, "SELECT nonce FROM record WHERE position = 0")
        assert any(nonce in part.read_bytes() for part in folder.iterdir())
        assert log.forget(0)
        assert log.position_of("2.25.1") is None
        assert Tree(log.leaves(head.size)).root == head.root
        assert not log.forget(0)
    assert not any(nonce in part.read_bytes() for part in folder.iterdir())


def sqlite_row(log: StreamLog, question: str) -> bytes:
    (row,) = log._ask(question)
    return bytes(row[0])


def test_failed_step_leaves_everything_as_it_was(folder: Path) -> None:
    with StreamLog(folder) as log:
        log.take([record(1)])
        with pytest.raises((sqlite3.Error, TypeError)):
            log.take([record(2), Record(None, "2.25.9")])  # type: ignore[arg-type]
        assert log.records == log.open_leaves == 1
        (taken,) = log.take([record(2)])
        assert taken is not None
        assert taken.position == 1


def test_one_process_at_a_time(folder: Path) -> None:
    with StreamLog(folder), pytest.raises(StateConflict):
        StreamLog(folder)


def test_what_is_no_log_is_said_so(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StateConflict):
        StreamLog.create(folder, STREAM)
    with pytest.raises(NotFound):
        StreamLog(tmp_path)
    (folder / KEY).write_text("zz\n")
    with pytest.raises(InvalidDocument):
        StreamLog(folder)
    (folder / KEY).write_text("00" * 32)
    (folder / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(InvalidDocument):
        StreamLog(folder)


def test_gap_is_found_when_the_log_is_opened(folder: Path) -> None:
    with StreamLog(folder) as log:
        log.take([record(n) for n in range(3)])
        log.forget(1)
    file = sqlite3.connect(folder / FILE)
    file.execute("DELETE FROM leaf WHERE position = 1")
    file.commit()
    file.close()
    with pytest.raises(InvalidDocument, match="gap"):
        StreamLog(folder)


def test_only_the_owner_reads_it(folder: Path) -> None:
    assert {part.stat().st_mode & 0o777 for part in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
