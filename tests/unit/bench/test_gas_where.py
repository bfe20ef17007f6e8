"""Where gas went: each step's own cost, and what of it the floor has counted already."""

from __future__ import annotations

import pytest

from scripts.bench.gas.where import spent_by


def step(op: str, gas: int, cost: int, depth: int = 1) -> dict[str, object]:
    return {"op": op, "gas": gas, "gasCost": cost, "depth": depth}


@pytest.mark.parametrize(
    ("op", "cost", "above"),
    [
        ("SLOAD", 2_100, 0),
        ("SLOAD", 100, 100),
        ("SSTORE", 22_100, 0),
        ("SSTORE", 20_000, 0),
        ("SSTORE", 5_000, 0),
        ("SSTORE", 2_900, 0),
        ("SSTORE", 2_200, 100),
        ("SSTORE", 100, 100),
        ("EXTCODESIZE", 2_600, 0),
        ("EXTCODESIZE", 100, 100),
        ("LOG3", 1_756, 0),
        ("KECCAK256", 42, 42),
        ("PUSH1", 3, 3),
    ],
)
def test_spent_leaves_out_what_the_floor_counts(op: str, cost: int, above: int) -> None:
    assert sum(spent_by([step(op, 50_000, cost)], ["A.a"]).values()) == above


def test_spent_goes_to_the_frame_that_ran_the_step() -> None:
    """A cold call of 2,600 takes 13 inside; a warm one of 100 takes 5."""
    steps = [
        step("PUSH1", 90_000, 3),
        step("STATICCALL", 89_997, 80_000),
        step("MLOAD", 70_000, 8, depth=2),
        step("JUMPDEST", 69_992, 5, depth=2),
        step("ADD", 89_997 - 2_600 - 13, 3),
        step("CALL", 87_381, 80_000),
        step("MUL", 60_000, 5, depth=2),
        step("STOP", 87_381 - 100 - 5, 0),
    ]
    assert spent_by(steps, ["A.a", "B.b", "C.c"]) == {
        ("A.a", "stack"): 3,
        ("A.a", "other"): 3,
        ("A.a", "contracts again"): 100,
        ("B.b", "memory"): 8,
        ("B.b", "jumps"): 5,
        ("C.c", "masks and shifts"): 5,
    }
