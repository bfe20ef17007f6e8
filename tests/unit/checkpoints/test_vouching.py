"""Signing at heights that all nodes agree on, and exchanging what was signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ledger_node.errors import NodeUnreachable
from ledger_node.services.checkpoints import SIGNER_PAUSE
from ledger_node.services.vouching import Exchanging
from ledger_node.store.database import Database
from ledger_node.store.lease import open_alone
from tests.unit.proof.signing import ONE, THREE, TWO

from .vouching import HEAD, STRANGER, Node, content


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[list[Database]]:
    made = [open_alone(f"sqlite:///{tmp_path / f'node-{n}.db'}") for n in range(2)]
    yield made
    for one in made:
        one.close()


@pytest.fixture
def node(stores: list[Database]) -> Node:
    return Node(stores[0])


def heights(node: Node) -> list[int]:
    return [one.number for one in node.kept.list_recent(99)]


def test_heights_are_signed_that_the_interval_divides_once_they_are_final(node: Node) -> None:
    node.vouching.step()
    assert heights(node) == []  # 100 is the head, and not final
    node.advance(HEAD + 1)
    for _ in range(3):
        node.vouching.step()
    node.advance(HEAD + 25)
    node.vouching.step()
    assert heights(node) == [HEAD + 20, HEAD]
    assert node.signer.asked == 2


def test_signer_that_is_away_is_asked_again_after_a_while(node: Node) -> None:
    node.advance(HEAD + 1)
    node.signer.away = True
    for _ in range(5):
        node.vouching.step()
    assert node.signer.asked == 1
    node.signer.away = False
    node.clock.time += SIGNER_PAUSE
    node.vouching.step()
    assert heights(node) == [HEAD]


def test_nothing_is_signed_while_paused(node: Node) -> None:
    node.advance(HEAD + 1)
    node.reason = "foreign_transaction"
    node.vouching.step()
    assert heights(node) == []
    node.reason = None
    node.vouching.step()
    assert heights(node) == [HEAD]


def test_key_that_is_no_operators_stops_no_worker(stores: list[Database]) -> None:
    node = Node(stores[0], STRANGER)
    node.advance(HEAD + 1)
    assert node.vouching.step() == 0
    assert heights(node) == []


def test_turn_below_the_last_signed_height_is_seen_at_the_next(node: Node) -> None:
    node.advance(HEAD + 1)
    node.vouching.step()
    node.turn(HEAD)
    node.advance(HEAD + 11)
    node.vouching.step()
    assert [(one.number, one.split_view) for one in node.kept.list_recent(9)] == [(HEAD + 10, False), (HEAD, True)]


class Held:
    """A peer that gives what a node keeps, or documents; or is away."""

    def __init__(self, node: Node, *more: bytes) -> None:
        self.node = node
        self.more = more
        self.away = False
        self.asked = 0

    def newest(self) -> Sequence[bytes]:
        self.asked += 1
        if self.away:
            raise NodeUnreachable("away")
        return [*(content(one) for found in self.node.kept.list_recent(20) for one in found.checkpoints), *self.more]


def test_two_nodes_countersign_each_others(stores: list[Database]) -> None:
    one, two = Node(stores[0], ONE), Node(stores[1], TWO)
    one.desk.sign(50)
    two.desk.sign(60)
    pairs = ((one, two), (two, one), (one, two))
    for asks, gives in pairs:
        Exchanging(asks.desk, [Held(gives)], asks.clock, 60).step()
    assert one.kept.list_recent(9) == two.kept.list_recent(9)
    assert [found.checkpoints for found in one.kept.list_recent(9)] == [
        (one.signed(60, ONE, TWO),),
        (one.signed(50, ONE, TWO),),
    ]
    assert (one.signer.asked, two.signer.asked) == (2, 2)


def test_split_view_reaches_who_asks(stores: list[Database]) -> None:
    one, two = Node(stores[0], ONE), Node(stores[1], TWO)
    two.turn(40)
    one.desk.sign(50)
    two.desk.sign(50)
    exchanging = Exchanging(one.desk, [Held(two)], one.clock, 60)
    exchanging.step()
    found = one.desk.get(50)
    assert found.split_view
    assert set(found.checkpoints) == {one.signed(50, ONE), two.signed(50, TWO)}


def test_peer_that_is_away_or_says_nonsense_keeps_nobody_waiting(stores: list[Database]) -> None:
    one, two = Node(stores[0], ONE), Node(stores[1], TWO)
    two.desk.sign(50)
    away = Held(two)
    away.away = True
    noisy = Held(two, b"{}", content(one.signed(30, STRANGER)), content(one.signed(HEAD, THREE)))
    noisy.more = (*noisy.more, content(one.signed(40, THREE)))
    exchanging = Exchanging(one.desk, [away, noisy], one.clock, 60)
    exchanging.step()
    assert heights(one) == [50, 40]
    exchanging.step()
    assert (away.asked, noisy.asked) == (1, 1)
    one.clock.time += 60
    exchanging.step()
    assert (away.asked, noisy.asked) == (2, 2)
