"""Signed checkpoints as they are kept: countersigned, disputed, bounded; on either engine."""

from __future__ import annotations

import pytest

from ledger_node.domain.figures import Figures
from ledger_node.store import checkpoints as store
from ledger_node.store.checkpoints import SqlCheckpoints
from ledger_node.store.database import Database
from ledger_node.store.gauges import SqlGauges
from tests.fakes import FakeClock
from tests.unit.proof.signing import ONE, THREE, TWO, Operator, signed_by

MOST = 3


@pytest.fixture
def kept(database: Database) -> SqlCheckpoints:
    return SqlCheckpoints(database, MOST)


def heights(kept: SqlCheckpoints, limit: int = 99, before: int | None = None) -> list[int]:
    return [one.number for one in kept.list_recent(limit, before)]


def figures(database: Database) -> Figures:
    return SqlGauges(database, FakeClock()).read()


def test_copies_are_put_together(kept: SqlCheckpoints, database: Database) -> None:
    assert kept.find(4711) is None
    kept.keep(signed_by(ONE), 10)
    kept.keep(signed_by(THREE, TWO), 20)
    found = kept.keep(signed_by(TWO), 30)
    assert found is not None
    assert found == kept.find(4711) == kept.list_recent(9)[0]
    assert (found.split_view, found.kept_at, found.checkpoints) == (False, 20, (signed_by(ONE, TWO, THREE),))
    assert (figures(database).checkpoint, figures(database).split_views) == (4711, 0)


def test_another_block_at_a_height_is_a_split_view(kept: SqlCheckpoints, database: Database) -> None:
    kept.keep(signed_by(ONE), 10)
    kept.keep(signed_by(TWO, name="elsewhere"), 20)
    found = kept.keep(signed_by(THREE), 30)
    assert found is not None
    assert found.split_view
    assert set(found.checkpoints) == {signed_by(ONE, THREE), signed_by(TWO, name="elsewhere")}
    assert figures(database).split_views == 1


def test_what_contradicts_the_chain_is_one_alone(kept: SqlCheckpoints, database: Database) -> None:
    kept.keep(signed_by(TWO, name="elsewhere"), 20, split_view=True)
    kept.keep(signed_by(ONE, number=5), 20)
    kept.dispute(5)
    assert [one.split_view for one in kept.list_recent(9)] == [True, True]
    assert figures(database).split_views == 2


def test_pages_go_back(kept: SqlCheckpoints) -> None:
    for number in (5, 7, 6):
        kept.keep(signed_by(ONE, number=number), 10)
        kept.keep(signed_by(TWO, number=number), 10)
    assert [heights(kept, 2, before) for before in (None, 6, 5)] == [[7, 6], [5], []]


def test_heights_that_are_kept_lie_evenly_and_evidence_stays(kept: SqlCheckpoints) -> None:
    kept.keep(signed_by(ONE, number=5), 10)
    kept.keep(signed_by(TWO, number=5, name="elsewhere"), 10)
    for number in (10, 20, 30, 40, 50):
        kept.keep(signed_by(ONE, number=number), 10)
    assert heights(kept) == [50, 30, 10, 5]
    assert kept.keep(signed_by(ONE, number=49), 10) is None
    assert heights(kept) == [50, 30, 10, 5]


def test_who_signs_for_many_heights_pushes_out_nobody(database: Database) -> None:
    kept = SqlCheckpoints(database, 12)
    fair = [1000 * number for number in range(10)]
    for number in fair:
        kept.keep(signed_by(ONE, number=number), 10)
    for number in range(8_000, 8_300):
        kept.keep(signed_by(TWO, number=number), 20)
    assert set(fair) <= set(heights(kept))


def test_of_two_heights_the_newest_is_kept(database: Database) -> None:
    kept = SqlCheckpoints(database, 1)
    for number in (3, 9, 5):
        kept.keep(signed_by(ONE, number=number), 10)
    assert heights(kept) == [9]


def test_evidence_is_bounded_and_its_first_stays(kept: SqlCheckpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_SPLIT", 2)
    monkeypatch.setattr(store, "MOST_BLOCKS", 3)
    for number in (1, 2):
        assert kept.keep(signed_by(ONE, number=number), 10, split_view=True) is not None
    assert kept.keep(signed_by(ONE, number=3), 10, split_view=True) is None
    for name in ("second", "third"):
        assert kept.keep(signed_by(TWO, number=1, name=name), 10) is not None
    assert kept.keep(signed_by(TWO, number=1, name="fourth"), 10) is None
    assert kept.keep(signed_by(THREE, number=1, name="third"), 10) is not None
    assert heights(kept) == [2, 1]


def test_no_organisation_leaves_others_without_room(kept: SqlCheckpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many operators it has; and what is kept can always be read again."""
    of_one = [Operator(ONE.organisation, f"key {number}") for number in range(store.MOST_OF_ONE + 2)]
    kept.keep(signed_by(*of_one[:-1]), 10)
    kept.keep(signed_by(of_one[-1]), 20)
    found = kept.keep(signed_by(TWO), 30)
    assert found is not None
    assert found == kept.find(4711)
    signers = [one.organisation for one in found.checkpoints[0].signatures]
    assert sorted(signers) == [ONE.organisation] * store.MOST_OF_ONE + [TWO.organisation]
    monkeypatch.setattr(store, "MAX_SIGNATURES", len(signers))
    assert kept.keep(signed_by(THREE), 40) == found
