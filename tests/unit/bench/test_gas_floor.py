"""The floor of a call, against figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.bench.gas.chain import Measured
from scripts.bench.gas.floor import Touched, calldata_gas, floor_of

NOTHING = Touched(zero_bytes=0, other_bytes=0, fresh=0, changed=0, cleared=0, read=0, called=0, logs=())


def test_floor_of_nothing_is_a_transaction() -> None:
    assert floor_of(NOTHING) == 21_000


@pytest.mark.parametrize(
    ("touched", "more"),
    [
        (replace(NOTHING, zero_bytes=3), 12),
        (replace(NOTHING, other_bytes=3), 48),
        (replace(NOTHING, fresh=2), 44_200),
        (replace(NOTHING, changed=2), 10_000),
        (replace(NOTHING, read=2), 4_200),
        (replace(NOTHING, called=2), 5_200),
        (replace(NOTHING, logs=((0, 0),)), 375),
        (replace(NOTHING, logs=((3, 32), (1, 0))), 4 * 375 + 32 * 8 + 2 * 375),
    ],
)
def test_floor_counts_each_part(touched: Touched, more: int) -> None:
    assert floor_of(touched) == 21_000 + more


def test_floor_has_no_refund() -> None:
    assert floor_of(replace(NOTHING, changed=1, cleared=1)) == floor_of(replace(NOTHING, changed=1))


def test_floor_of_an_anchor() -> None:
    """Two slots changed, two read, one contract called, a log of two topics and three words."""
    anchor = Touched(31, 69, fresh=0, changed=2, cleared=0, read=2, called=1, logs=((2, 96),))
    assert calldata_gas(anchor) == 1_228
    assert floor_of(anchor) == 40_921


def test_measured_agrees_only_when_all_adds_up() -> None:
    touched = replace(NOTHING, changed=2, cleared=1)
    spent = {("AnchorLog.anchor", "stack"): 7_000}
    gas = 21_000 + 10_000 + 7_000 - 4_800
    assert Measured(gas, touched, spent).agrees
    assert not Measured(gas + 1, touched, spent).agrees
    assert Measured(gas + 1, touched, {}).agrees


def test_measured_takes_at_most_a_fifth_as_refund() -> None:
    touched = replace(NOTHING, changed=2, cleared=2)
    used = 21_000 + 10_000 + 1_000
    assert Measured(used - used // 5, touched, {("a", "b"): 1_000}).agrees
