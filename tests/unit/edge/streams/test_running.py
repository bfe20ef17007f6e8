"""A running stream in front of a node that comes and goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ledger_node.edge.streams.anchoring import Anchoring
from ledger_node.edge.streams.intake import Intake
from ledger_node.edge.streams.log import StreamLog
from ledger_node.edge.streams.running import Rhythm, Running, Standing
from ledger_node.edge.worker import Worker
from ledger_node.errors import NodeUnreachable, StateConflict
from tests.unit.edge.streams.test_intake import Place, worker

__all__ = ["worker"]


class Node:
    """Stands for the client's `streams`; tests/integration has the real one."""

    def __init__(self) -> None:
        self.heads: dict[str, tuple[int, str]] = {}
        self.asked = 0
        self.away = self.refuses = False

    def anchor(self, stream: str, size: int, root: str, *, idempotency_key: str | None = None, wait: int = 0) -> Any:
        self.asked += 1
        if self.away:
            raise NodeUnreachable("the node does not answer", needed="a node")
        if self.refuses:
            return {"state": "failed", "outcome": {"error": "AnchorLogBadSize"}}
        assert idempotency_key is not None
        self.heads[idempotency_key] = (size, root)
        return {"state": "mined", "outcome": {}}


@pytest.fixture
def place(tmp_path: Path, worker: Worker) -> Place:
    return Place(tmp_path / "stream", worker)


def run(
    place: Place, node: Node, until: Callable[[Standing], bool], rhythm: Rhythm, images: Iterable[int] = ()
) -> Standing:
    """Until it stands as wanted, at most 20 seconds. The images come once it has looked into the folder."""
    stop, end = threading.Event(), time.monotonic() + 20
    coming = list(images)

    def show(standing: Standing) -> None:
        while coming:
            place.image(value := coming.pop(), f"{value}.dcm")
        if until(standing) or time.monotonic() > end:
            stop.set()

    with StreamLog(place.folder) as log:
        intake = Intake(log, place.folder, place.incoming, place.worker, 0)
        return Running(log, intake, Anchoring(log, node), rhythm).run(stop, show)


def test_head_is_anchored_when_its_oldest_record_has_waited(place: Place) -> None:
    node = Node()
    standing = run(place, node, lambda now: now.anchored > 0, Rhythm(seconds=0.2, records=1000), [1])
    assert (standing.accepted, standing.anchored, standing.waiting) == (1, 1, 0)
    assert [size for size, _ in node.heads.values()] == [128]


def test_head_is_anchored_when_it_has_enough_records(place: Place) -> None:
    node = Node()
    standing = run(place, node, lambda now: now.anchored > 0, Rhythm(seconds=3600, records=4), range(4))
    assert (standing.accepted, standing.anchored, standing.open) == (4, 1, 0)


def test_what_was_not_closed_is_closed_at_the_end(place: Place) -> None:
    node = Node()
    standing = run(place, node, lambda now: now.accepted == 1, Rhythm(seconds=3600, records=1000), [1])
    assert (standing.open, standing.anchored, standing.waiting) == (0, 1, 0)


def test_what_an_earlier_run_left_waits_no_longer(place: Place) -> None:
    with StreamLog(place.folder) as log:
        place.image(1, "a.dcm")
        Intake(log, place.folder, place.incoming, place.worker, 0).step()
        assert log.open_leaves == 1
    place.image(2, "b.dcm")
    node = Node()
    standing = run(place, node, lambda now: now.anchored > 0, Rhythm(seconds=3600, records=1000))
    assert (standing.accepted, standing.open, standing.anchored) == (1, 0, 1)
    assert [size for size, _ in node.heads.values()] == [128]


def test_node_that_is_away_keeps_no_record_from_its_place(place: Place) -> None:
    node = Node()
    node.away = True
    place.image(1, "a.dcm")
    standing = run(place, node, lambda now: now.trouble is not None, Rhythm(seconds=0.1, records=1000))
    assert isinstance(standing.trouble, NodeUnreachable)
    assert (standing.accepted, standing.anchored, standing.waiting) == (1, 0, 1)
    node.away = False
    place.image(2, "b.dcm")
    standing = run(place, node, lambda now: now.accepted == 1 and not now.waiting, Rhythm(seconds=0.1, records=1000))
    assert standing.trouble is None
    with StreamLog(place.folder) as log:
        assert [size for size, _ in node.heads.values()] == [head.size for head in log.heads()] == [128, 256]
        assert log.waiting() == []


def test_refused_head_is_said_and_kept(place: Place) -> None:
    node = Node()
    node.refuses = True
    place.image(1, "a.dcm")
    standing = run(place, node, lambda now: now.trouble is not None, Rhythm(seconds=0.1, records=1000))
    assert isinstance(standing.trouble, StateConflict)
    assert standing.waiting == 1


def test_fault_of_the_anchoring_ends_the_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody thought of must not leave a stream that takes records and never anchors them."""
    node = Node()
    monkeypatch.setattr(node, "anchor", lambda *_, **__: {})
    place.image(1, "a.dcm")
    with pytest.raises(KeyError):
        run(place, node, lambda _: False, Rhythm(seconds=0.1, records=1000))
    with StreamLog(place.folder) as log:
        assert len(log.waiting()) == 1
