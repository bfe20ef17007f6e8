"""Which captures of a subject are kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger_node.capture.retention import superfluous


@given(st.sets(st.integers(0, 10_000)), st.integers(0, 8))
def test_the_first_and_the_newest_stay_and_no_more_than_asked_for_between(blocks: set[int], between: int) -> None:
    given_up = superfluous(blocks, between)
    kept = blocks - set(given_up)
    assert set(given_up) < blocks or not blocks
    assert len(kept) == min(len(blocks), between + 2)
    if blocks:
        assert {min(blocks), max(blocks)} <= kept


def test_what_stays_is_spread() -> None:
    between, kept = 3, set[int]()
    for block in range(0, 1_000, 10):
        kept = {*kept, block}
        kept -= set(superfluous(kept, between))
    gaps = [later - earlier for earlier, later in zip(sorted(kept), sorted(kept)[1:], strict=False)]
    assert max(gaps) <= 600
    assert len(kept) == between + 2
