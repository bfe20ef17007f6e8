"""What a node signs for, and what it does with what others signed; on either engine's store."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger_node.errors import (
    ChainAnswerInvalid,
    CheckpointMalformed,
    InvalidField,
    MedLedgerError,
    NotFound,
    NotPermitted,
    SignerUnavailable,
    SplitView,
    StateConflict,
)
from ledger_node.proof.checkpoint import SignedCheckpoint
from ledger_node.services import checkpoints as desk
from ledger_node.services.checkpoints import SIGNER_PAUSE
from ledger_node.store.database import Database
from tests.unit.proof.signing import ONE, THREE, TWO, block

from .vouching import HEAD, JOINED, STRANGER, Node, content


@pytest.fixture
def node(database: Database) -> Node:
    return Node(database)


def refused(act: Callable[[], object], error: type[MedLedgerError]) -> MedLedgerError:
    with pytest.raises(error) as caught:
        act()
    return caught.value


def test_newest_final_block_is_signed_once(node: Node) -> None:
    made = node.desk.sign()
    assert (made.number, made.split_view) == (HEAD - 1, False)
    assert made.checkpoints == (node.signed(HEAD - 1, ONE),)
    assert node.desk.sign(HEAD - 1) == made == node.desk.get(HEAD - 1)
    assert node.signer.asked == 1


def test_block_that_is_not_final_or_not_read_is_not_signed(node: Node) -> None:
    refused(lambda: node.desk.sign(HEAD), StateConflict)
    node.ledger.number = HEAD + 50
    assert node.desk.sign().number == HEAD  # where the index stands
    refused(lambda: node.desk.sign(HEAD + 1), StateConflict)


def test_nothing_is_signed_while_writing_is_paused_or_against_the_configuration(node: Node, database: Database) -> None:
    node.reason = "operator"
    refused(node.desk.sign, StateConflict)
    node.desk.bring(content(node.signed(20, TWO)))
    silent = Node(database, signs=False)
    refused(silent.desk.sign, StateConflict)
    assert silent.desk.bring(content(node.signed(20, THREE))).checkpoints == (node.signed(20, TWO, THREE),)
    assert node.signer.asked == silent.signer.asked == 0


def test_key_that_is_no_operators_signs_nothing(database: Database) -> None:
    refused(Node(database, STRANGER).desk.sign, NotPermitted)
    late = Node(database, THREE)
    refused(lambda: late.desk.sign(JOINED - 1), NotPermitted)
    assert late.desk.sign(JOINED).checkpoints == (late.signed(JOINED, THREE),)


def test_what_others_signed_is_countersigned(node: Node) -> None:
    made = node.desk.bring(content(node.signed(20, TWO)))
    assert made.checkpoints == (node.signed(20, ONE, TWO),)
    assert node.desk.bring(content(node.signed(20, THREE))).checkpoints == (node.signed(20, ONE, TWO, THREE),)
    assert node.signer.asked == 1


def test_signer_that_is_away_loses_nothing_that_was_brought(node: Node) -> None:
    node.signer.away = True
    refused(node.desk.sign, SignerUnavailable)
    given = content(node.signed(20, TWO))
    assert node.desk.bring(given).checkpoints == (node.signed(20, TWO),)
    node.clock.time += SIGNER_PAUSE
    assert not node.desk.holds(given)
    node.signer.away = False
    assert node.desk.bring(given).checkpoints == (node.signed(20, ONE, TWO),)
    assert node.desk.holds(given)


def test_signer_that_is_away_is_not_asked_again_by_whoever_brings_something(node: Node) -> None:
    node.signer.away = True
    for number in (20, 21, 22):
        given = content(node.signed(number, TWO))
        node.desk.bring(given)
        assert node.desk.holds(given)
    assert node.signer.asked == 1
    refused(node.desk.sign, SignerUnavailable)  # a person asked
    assert node.signer.asked == 2


def test_nobody_waits_for_a_signer_that_hangs(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a moment: the threads that answer requests are few."""
    monkeypatch.setattr(desk, "SIGNER_WAIT", 0.01)
    asked, released = threading.Event(), threading.Event()
    sign = node.signer.sign_statement

    def hanging(said: bytes) -> bytes:
        asked.set()
        assert released.wait(30)
        return sign(said)

    node.signer.sign_statement = hanging  # type: ignore[method-assign,assignment]
    first = threading.Thread(target=node.desk.bring, args=(content(node.signed(20, TWO)),))
    first.start()
    try:
        assert asked.wait(30)
        assert node.desk.bring(content(node.signed(21, TWO))).checkpoints == (node.signed(21, TWO),)
    finally:
        released.set()
        first.join()
    assert node.desk.get(20).checkpoints == (node.signed(20, ONE, TWO),)


def test_another_block_is_kept_as_evidence_beside_our_own(node: Node) -> None:
    other = node.signed(20, TWO, THREE, elsewhere=True)
    for _ in range(2):
        error = refused(lambda: node.desk.bring(content(other)), SplitView)
        assert error.facts["organisations"] == [2, 3]
        assert (error.facts["number"], error.facts["theirs"]) == (20, "0x" + block("elsewhere").hex())
    found = node.desk.get(20)
    assert found.split_view
    assert set(found.checkpoints) == {other, node.signed(20, ONE)}
    assert node.desk.holds(content(other))


def test_evidence_is_kept_by_who_signs_nothing(database: Database) -> None:
    node = Node(database, signs=False)
    other = node.signed(20, TWO, elsewhere=True)
    refused(lambda: node.desk.bring(content(other)), SplitView)
    found = node.desk.get(20)
    assert (found.split_view, found.checkpoints) == (True, (other,))


def moved(of: SignedCheckpoint) -> SignedCheckpoint:
    """As if its operators were another organisation's."""
    return replace(of, signatures=tuple(replace(one, organisation=9) for one in of.signatures))


@pytest.mark.parametrize(
    "given",
    [
        lambda node: node.signed(20, STRANGER),
        lambda node: node.signed(JOINED - 1, THREE),
        lambda node: moved(node.signed(20, TWO)),
        lambda node: node.signed(20, STRANGER, elsewhere=True),
    ],
    ids=["stranger", "before it joined", "another organisation's", "a stranger's other block"],
)
def test_what_no_operator_signed_counts_for_nothing(node: Node, given: Callable[[Node], SignedCheckpoint]) -> None:
    refused(lambda: node.desk.bring(content(given(node))), InvalidField)
    assert node.kept.list_recent(9) == []


def test_signatures_of_strangers_are_left_out(node: Node) -> None:
    made = node.desk.bring(content(node.signed(JOINED - 1, TWO, THREE, STRANGER)))
    assert made.checkpoints == (node.signed(JOINED - 1, ONE, TWO),)


def test_other_chains_and_other_bytes_are_refused(node: Node) -> None:
    other = node.signed(20)
    for change in ({"chain_id": 1}, {"genesis": block("other genesis")}):
        of = replace(other, **change)  # type: ignore[arg-type]
        refused(lambda of=of: node.desk.bring(content(replace(of, signatures=(TWO.word(of),)))), InvalidField)  # type: ignore[misc]
    refused(lambda: node.desk.bring(content(replace(node.signed(20, TWO), number=21))), CheckpointMalformed)
    refused(lambda: node.desk.bring(content(node.signed(HEAD, TWO))), StateConflict)
    refused(lambda: node.desk.get(20), NotFound)


def test_no_second_block_of_a_height_is_ever_signed(node: Node) -> None:
    """The chain turned below what was final: our own word is the evidence."""
    before = node.desk.sign(20)
    node.turn(15)
    refused(lambda: node.desk.sign(20), SplitView)
    assert node.desk.get(20) == replace(before, split_view=True)
    made = node.desk.bring(content(node.signed(20, TWO)))
    assert made.split_view
    assert set(made.checkpoints) == {*before.checkpoints, node.signed(20, TWO)}
    assert node.signer.asked == 1


def test_looking_back_finds_that_the_chain_turned(node: Node) -> None:
    node.desk.sign(20)
    node.desk.look_back()
    assert not node.desk.get(20).split_view
    node.turn(20)
    node.desk.look_back()
    assert node.desk.get(20).split_view


@pytest.mark.parametrize(("turned", "number"), [(1, HEAD), (None, 5)], ids=["another chain", "still reading"])
def test_engine_that_shows_another_chain_than_was_read_is_not_believed(
    node: Node, turned: int | None, number: int
) -> None:
    node.desk.sign(20)
    other = content(node.signed(2, TWO, elsewhere=True))
    node.ledger.turned, node.ledger.number = turned, number
    acts: list[Callable[[], object]] = [lambda: node.desk.sign(3), lambda: node.desk.bring(other), node.desk.look_back]
    for act in acts:
        refused(act, ChainAnswerInvalid)
    assert [(one.number, one.split_view) for one in node.kept.list_recent(9)] == [(20, False)]
    assert node.signer.asked == 1
