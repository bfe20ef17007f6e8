"""An index with so many facts, written as the follower writes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from ledger_node.chain.artifact import artifact_of
from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.domain.position import BlockRef, Event, Position
from ledger_node.indexer.projection import rows_of
from ledger_node.ports import Checkpoint, Row, Step
from ledger_node.store.index import SqlIndex
from scripts.bench.reading import hubs
from scripts.bench.reading.facts import BEGAN, Made, family, founding, id_of

STEP = 10_000  # events of one SQL transaction
ROLES = {entry["name"]: role for role in CONTRACT_TYPES for entry in artifact_of(role).abi if entry["type"] == "event"}


def fill(index: SqlIndex, events: int, step: int = STEP) -> int:
    """Writes at least `events`, a block for each chapter, `step` events at a time; returns how many families there
    are."""
    at = Checkpoint(0, id_of("block", 0), BEGAN)
    index.begin(at)
    written, families, blocks, rows = 0, 0, list[BlockRef](), list[Row]()
    for is_family, chapter in _chapters(events):
        number = at.number + len(blocks) + 1
        block = BlockRef(number, id_of("block", number), BEGAN + number)
        blocks.append(block)
        for place, made in enumerate(chapter):
            rows += rows_of(_event(made, block, place))
            written += 1
        families += is_family
        if written // step != (written - place - 1) // step or written >= events:
            reached = Checkpoint(block.number, block.hash, block.timestamp)
            index.apply(Step(at, reached, tuple(blocks), tuple(rows)))
            at, blocks, rows = reached, [], []
        if written >= events:
            break
    return families


def _chapters(events: int) -> Iterator[tuple[bool, Iterator[Made]]]:
    """Families without end, with what is of the hubs spread among those that fit."""
    yield False, founding()
    special = hubs.chapters()
    pace = max(1, (events - 3_000) // (70 * len(special)))  # families after each, of some 65 events
    for number in count():
        if special and number % pace == 0:
            yield False, special.pop(0)
            if pace == 1 and special:
                yield False, special.pop(0)
                if special:
                    yield False, special.pop(0)
        yield True, family(number)


def _event(made: Made, block: BlockRef, place: int) -> Event:
    name, args = made
    role = ROLES[name]
    generation = 0 if role == "consortium" else 1
    return Event(Position(block.number, place), block.hash, block.hash, role, name, args, generation)
