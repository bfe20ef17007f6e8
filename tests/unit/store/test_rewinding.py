"""What a rewind keeps for others, in its own transaction."""

from __future__ import annotations

from typing import Any

import pytest

from ledger_node.domain.position import Position
from ledger_node.errors import IndexConflict
from ledger_node.ports import Checkpoint
from ledger_node.store.schema.local import submission
from tests.fakes import address, digest
from tests.submissions import row
from tests.unit.store.chronicle import Chronicle


def dataset(number: int) -> tuple[str, dict[str, Any]]:
    said = {"dataset": digest(number), "custodian": 1, "number": number, "cardDigest": digest(9)}
    return "DatasetRegistered", {**said, "operator": address(50)}


@pytest.fixture
def told(chronicle: Chronicle) -> Chronicle:
    """Blocks 1 to 4 with two datasets in each, numbered on: 1 and 2 in block 1."""
    for number in range(1, 9, 2):
        chronicle.write_all([dataset(number), dataset(number + 1)])
    return chronicle


def at(chronicle: Chronicle) -> Checkpoint:
    found = chronicle.index.checkpoint()
    assert found is not None
    return found


def to(chronicle: Chronicle, number: int) -> None:
    block = chronicle.index.find_block(number + 1)
    assert block is not None
    chronicle.index.rewind(at(chronicle), Checkpoint(block.number, block.hash, block.timestamp))


def test_events_are_kept_newest_first_and_numbered_on(told: Chronicle) -> None:
    to(told, 2)
    told.write_all([dataset(30), dataset(31)])
    to(told, 1)
    kept = told.index.reverted_events(0, 100)
    assert [one.number for one in kept] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [one.args["number"] for one in kept] == [8, 7, 6, 5, 31, 30, 4, 3]
    assert [one.at for one in kept][:3] == [Position(4, 1), Position(4, 0), Position(3, 1)]
    first = kept[0]
    assert (first.contract, first.name, first.generation, first.transaction) == (
        "datasets",
        "DatasetRegistered",
        1,
        digest(4),
    )
    assert first.reverted_at > 1_600_000_000
    assert [one.number for one in told.index.reverted_events(6, 1)] == [7]
    assert told.index.reverted_events(8, 10) == []


def test_a_rewind_from_somewhere_else_changes_nothing(told: Chronicle) -> None:
    before = told.index.digest()
    with pytest.raises(IndexConflict):
        told.index.rewind(Checkpoint(4, digest(1), 0), Checkpoint(1, digest(7_001), 1_001))
    assert (told.index.digest(), told.index.reverted_events(0, 10)) == (before, [])


def written(chronicle: Chronicle, number: int, state: str, block: int | None, settled: bool = False) -> None:
    outcome = None if block is None else {"events": []}
    told = {"block": block, "block_hash": digest(1), "status": 1, "outcome": outcome, "raw": "0x", "settled": settled}
    values = row(number, state, number, **told)
    with chronicle.database.write() as connection:
        connection.execute(submission.insert().values(values))


def test_submissions_that_fell_out_wait_again(told: Chronicle) -> None:
    cases = [("mined", 4, False), ("failed", 3, False), ("mined", 2, False), ("final", 4, True), ("failed", 4, True)]
    cases += [("sent", None, False), ("signed", None, False)]  # type: ignore[list-item]
    for number, (state, block, settled) in enumerate(cases):
        written(told, number, state, block, settled)
    to(told, 2)
    with told.database.read() as connection:
        rows = list(connection.execute(submission.select().order_by(submission.c.nonce)))
    states = [(row.state, row.block, row.settled) for row in rows]
    fallen = ("sent", None, False)
    assert states == [fallen, fallen, cases[2], fallen, fallen, *cases[5:]]
    for fell in (*rows[:2], *rows[3:5]):
        assert (fell.block_hash, fell.status, fell.outcome) == (None, None, None)
