"""Captures share their nodes: each is there as long as one of them names it, and no longer. On both engines alike."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select, update

from ledger_node.capture.parts import header_of, put_together
from ledger_node.domain.feed import BEGINNING, FeedPosition
from ledger_node.domain.position import Position
from ledger_node.errors import NotTheWriter
from ledger_node.ports import Due, Missing
from ledger_node.services.fsck import Code
from ledger_node.services.fsck.captures import CapturePart
from ledger_node.store.captures import SqlCaptures
from ledger_node.store.database import Database
from ledger_node.store.gauges import SqlGauges
from ledger_node.store.schema.captures import capture, captured_block, proof_node
from tests.captures import bundle, captured, header
from tests.fakes import FakeClock, digest
from tests.unit.store.chronicle import Chronicle

SUBJECTS = [digest(n) for n in range(1, 5)]
ONE, OTHER = SUBJECTS[:2]


def no_document(digest: str) -> bytes:
    raise AssertionError("these bundles have none")


class Shelf:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FakeClock()
        self.captures = SqlCaptures(database, self.clock)

    def keep(
        self, block: int, of: dict[str, list[int]], drop: list[tuple[str, int]] | None = None, fork: int = 0
    ) -> None:
        """Captures of subjects at a block, each with the numbers of its nodes."""
        made = [captured(subject, block, nodes, fork) for subject, nodes in of.items()]
        nodes = {name: node for _, its_nodes in made for name, node in its_nodes.items()}
        self.captures.keep([one for one, _ in made], nodes, header_of(header(block, fork)), drop or [])

    def given(self, subject: str, block: int) -> bytes | None:
        found = self.captures.find(subject, block)
        return None if found is None else put_together(found, no_document)

    def count(self, table: object) -> int:
        with self.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


def test_captures_of_one_block_share_their_nodes_and_its_header(shelf: Shelf) -> None:
    shelf.keep(7, {ONE: [1, 2, 3], OTHER: [2, 3, 4]})
    assert shelf.given(ONE, 7) == bundle(ONE, 7, [1, 2, 3])
    assert shelf.given(OTHER, 7) == bundle(OTHER, 7, [2, 3, 4])
    assert shelf.given(ONE, 6) is shelf.given(digest(9), 7) is None
    kept = shelf.captures.kept()
    assert (kept.captures, kept.subjects, kept.nodes) == (2, 2, 4 + 2)
    assert kept.size > 0
    assert shelf.count(captured_block) == 1


def test_what_is_captured_twice_is_kept_once(shelf: Shelf) -> None:
    for _ in range(2):
        shelf.keep(7, {ONE: [1, 2]})
    shelf.keep(8, {OTHER: [9]}, drop=[(ONE, 7)])
    assert shelf.captures.kept().nodes == 2
    assert shelf.captures.broken() == (1, [])


def test_dropped_capture_takes_the_nodes_and_headers_that_nobody_else_needs(shelf: Shelf) -> None:
    shelf.keep(7, {ONE: [1, 2], OTHER: [2, 3]})
    shelf.keep(8, {ONE: [1, 4]}, drop=[(ONE, 7), (ONE, 7), (digest(9), 7)])
    assert shelf.given(ONE, 7) is None
    assert (shelf.given(ONE, 8), shelf.given(OTHER, 7)) == (bundle(ONE, 8, [1, 4]), bundle(OTHER, 7, [2, 3]))
    assert shelf.captures.kept().nodes == 4 + 2
    shelf.keep(9, {ONE: [1]}, drop=[(OTHER, 7), (ONE, 8)])
    assert (shelf.captures.kept().nodes, shelf.count(captured_block)) == (2, 1)


def test_capture_of_a_block_that_stands_no_more_is_replaced(shelf: Shelf) -> None:
    shelf.keep(7, {ONE: [1, 2]})
    shelf.keep(7, {ONE: [2, 3]}, fork=1)
    assert shelf.given(ONE, 7) == bundle(ONE, 7, [2, 3], fork=1)
    assert (shelf.captures.kept().captures, shelf.count(captured_block)) == (1, 1)
    assert shelf.captures.broken() == (1, [])


def test_blocks_that_were_captured(shelf: Shelf) -> None:
    for block in (9, 3, 6):
        shelf.keep(block, {ONE: []})
    assert shelf.captures.blocks([ONE, OTHER]) == {ONE: [3, 6, 9]}
    assert [shelf.captures.near(ONE, block) for block in (1, 4, 6, 12)] == [[3], [3, 6], [3, 9], [9]]
    assert shelf.captures.near(OTHER, 4) == []


def test_subject_waits_until_it_is_captured(shelf: Shelf) -> None:
    captures, clock = shelf.captures, shelf.clock
    assert captures.mark() is None
    captures.note([OTHER], BEGINNING)
    clock.time += 1
    mark = FeedPosition(Position(5, 2), "00ff" * 4)
    captures.note({ONE, OTHER}, mark)
    assert captures.mark() == mark
    assert captures.due(9) == [Due(OTHER, 0), Due(ONE, 0)]
    assert captures.due(1) == [Due(OTHER, 0)]
    captures.put_off({OTHER: ("ML-0803", clock.time + 4)})
    assert captures.due(9) == [Due(ONE, 0)]
    assert captures.missing(9) == [Missing(OTHER, "ML-0803", 1, clock.time + 4)]
    captures.note([OTHER], mark)  # goes on waiting
    assert captures.due(9) == [Due(ONE, 0)]
    kept, figures = captures.kept(), SqlGauges(shelf.database, clock).read()
    assert (kept.waiting, kept.missing, figures.captures_missing) == (2, 1, 1)
    captures.hasten()
    assert captures.due(9) == [Due(ONE, 0), Due(OTHER, 1)]
    shelf.keep(7, {OTHER: []})
    assert (captures.due(9), captures.missing(9)) == ([Due(ONE, 0)], [])
    assert SqlGauges(shelf.database, clock).read().captures == 1


def test_all_versions_of_the_index_or_those_that_were_never_captured(chronicle: Chronicle) -> None:
    shelf = Shelf(chronicle.database)
    first = chronicle.model_version(ONE, 1, [])
    chronicle.model_version(OTHER, 2, [])
    last = chronicle.model_version(digest(3), 3, [])
    shelf.keep(first, {ONE: []})
    shelf.captures.note_all(last - 1)
    shelf.captures.note_all(last - 1)
    assert shelf.captures.due(9) == [Due(OTHER, 0)]
    assert shelf.captures.mark() is None
    shelf.captures.note_all(last, BEGINNING)
    assert {one.subject for one in shelf.captures.due(9)} == {ONE, OTHER, digest(3)}
    assert shelf.captures.mark() == BEGINNING


def test_another_process_that_writes_by_now_keeps_this_one_from_it(shelf: Shelf) -> None:
    shelf.database.epoch = None
    for act in (
        lambda: shelf.captures.note([ONE], BEGINNING),
        lambda: shelf.captures.note_all(1),
        lambda: shelf.captures.hasten(),
        lambda: shelf.captures.put_off({ONE: ("ML-0803", 1)}),
        lambda: shelf.keep(7, {ONE: []}),
        lambda: shelf.captures.mend(),
    ):
        with pytest.raises(NotTheWriter):
            act()


@pytest.mark.parametrize("fault", ["node altered", "node absent", "content altered", "header altered", "header absent"])
def test_broken_capture_is_found_dropped_and_noted(shelf: Shelf, fault: str) -> None:
    shelf.keep(7, {OTHER: [2]})
    shelf.keep(8, {ONE: [1, 2]})
    (one,) = (name for name in captured(ONE, 8, [1, 2])[0].nodes if name not in captured(ONE, 8, [2])[0].nodes)
    node, of_one = proof_node.c.hash == one, capture.c.subject == ONE
    of_block = captured_block.c.hash == header(8)["hash"]
    with shelf.database.write() as connection:
        connection.execute(
            {
                "node altered": update(proof_node).where(node).values(node=b"another"),
                "node absent": delete(proof_node).where(node),
                "content altered": update(capture).where(of_one).values(content=b"another"),
                "header altered": update(captured_block).where(of_block).values(header=header_of(header(9))),
                "header absent": delete(captured_block).where(of_block),
            }[fault]
        )
    part = CapturePart(shelf.captures)
    checked, (finding,) = part.look(0)
    assert (checked, finding.code, finding.repairable) == (2, Code.CAPTURE_BROKEN, True)
    assert finding.subject == f"{ONE} as of block 8"
    assert [one.repaired for one in part.repair([finding])] == [True]
    assert part.look(0) == (1, [])
    assert (shelf.given(ONE, 8), shelf.given(OTHER, 7)) == (None, bundle(OTHER, 7, [2]))
    assert shelf.captures.due(9) == [Due(ONE, 0)]
    assert shelf.captures.kept().nodes == 2
    shelf.keep(9, {ONE: [1, 2]})
    assert part.look(0) == (2, [])


def test_node_that_is_captured_again_is_mended_by_it(shelf: Shelf) -> None:
    shelf.keep(7, {ONE: [1]})
    with shelf.database.write() as connection:
        connection.execute(update(proof_node).values(node=b"another"))
    shelf.keep(8, {ONE: [1]}, drop=[])
    _, broken = shelf.captures.broken()
    assert [one.block for one in broken] == [7]  # by the node that is its own


def test_miscounted_nodes_are_counted_again(shelf: Shelf) -> None:
    shelf.keep(7, {ONE: [1, 2], OTHER: [1]})
    with shelf.database.write() as connection:
        connection.execute(update(proof_node).values(captures=5))
        connection.execute(proof_node.insert().values(hash=bytes(32), node=b"nobody's", captures=1))
    part = CapturePart(shelf.captures)
    _, findings = part.look(0)
    assert {one.code for one in findings} == {Code.NODES_MISCOUNTED}
    assert all(one.repaired for one in part.repair(findings))
    assert part.look(0) == (2, [])
    shelf.keep(8, {ONE: []}, drop=[(ONE, 7), (OTHER, 7)])
    assert shelf.captures.kept().nodes == 1


class Keeping(RuleBasedStateMachine):
    """Captures come and go in any order; `known` is what is there, with the numbers of its nodes."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.shelf = Shelf(database)
        self.known: dict[tuple[str, int], list[int]] = {}
        with database.write() as connection:
            for table in (capture, captured_block, proof_node):
                connection.execute(delete(table))

    @rule(
        block=st.integers(1, 4),
        of=st.dictionaries(st.sampled_from(SUBJECTS), st.lists(st.integers(0, 5), unique=True), min_size=1),
        drop=st.lists(st.tuples(st.sampled_from(SUBJECTS), st.integers(1, 4)), max_size=3),
    )
    def keep(self, block: int, of: dict[str, list[int]], drop: list[tuple[str, int]]) -> None:
        of = {subject: self.known.get((subject, block), nodes) for subject, nodes in of.items()}
        self.shelf.keep(block, of, drop)
        self.known |= {(subject, block): nodes for subject, nodes in of.items()}
        for place in drop:
            self.known.pop(place, None)

    @invariant()
    def what_is_kept_is_whole_and_nothing_else_is(self) -> None:
        for (subject, block), nodes in self.known.items():
            assert self.shelf.given(subject, block) == bundle(subject, block, nodes)
        shared = {node for nodes in self.known.values() for node in nodes}
        assert self.shelf.captures.kept().nodes == len(shared) + len(self.known)
        assert self.shelf.count(captured_block) == len({block for _, block in self.known})
        assert self.shelf.captures.broken() == (len(self.known), [])


def test_nodes_are_there_as_long_as_a_capture_names_them(database: Database) -> None:
    chosen = settings(max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: Keeping(database), settings=chosen)
