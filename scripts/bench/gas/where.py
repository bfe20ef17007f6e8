"""Where the gas above the floor went, from the steps of the virtual machine: for whoever wants to lower it. No IO."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

STEPS = {"disableMemory": True, "disableStack": True, "disableStorage": True}
#: A larger transaction has more steps than are worth sending over.
MOST_GAS = 1_500_000
#: The cost of a first touch; what an access costs above it is in the floor already.
COLD_READ = 2_100
COLD_CALL = 2_600
WARM = 100

Step = Mapping[str, Any]


def spent_by(steps: Sequence[Step], frames: Sequence[str]) -> dict[tuple[str, str], int]:
    """Gas by frame and kind of step, without what the floor counts.

    `frames` names the calls in the order in which they began, the transaction's own first.
    """
    spent: Counter[tuple[str, str]] = Counter()
    for step, cost, frame in zip(steps, _own_costs(steps), _frames_of(steps), strict=True):
        kind, gas = _kind(str(step["op"]), cost)
        if gas > 0:
            spent[frames[frame], kind] += gas
    return dict(spent)


def _frames_of(steps: Sequence[Step]) -> list[int]:
    """For each step the number of the frame that it runs in, from 0 in the order of beginning."""
    found, begun, open_frames = [], 0, [0]
    for i, step in enumerate(steps):
        if i > 0 and step["depth"] > steps[i - 1]["depth"]:
            begun += 1
            open_frames.append(begun)
        elif i > 0 and step["depth"] < steps[i - 1]["depth"]:
            open_frames.pop()
        found.append(open_frames[-1])
    return found


def _own_costs(steps: Sequence[Step]) -> list[int]:
    """What each step cost by itself: the gas before it less the gas after it, less what the frames inside it took."""
    costs = [0] * len(steps)
    open_calls: list[tuple[int, int]] = []  # position of the call, gas at the first step inside
    for i, step in enumerate(steps):
        following = steps[i + 1] if i + 1 < len(steps) else None
        if following is None:
            costs[i] = int(step["gasCost"])
        elif following["depth"] == step["depth"]:
            costs[i] = int(step["gas"]) - int(following["gas"])
        elif following["depth"] > step["depth"]:
            open_calls.append((i, int(following["gas"])))
        else:
            costs[i] = int(step["gasCost"])
            call, inside = open_calls.pop()
            used = inside - (int(step["gas"]) - costs[i])
            costs[call] = int(steps[call]["gas"]) - int(following["gas"]) - used
    return costs


def _kind(op: str, cost: int) -> tuple[str, int]:
    """The kind of a step, and what of its cost the floor does not count."""
    if op == "SLOAD":
        return "slots again", cost % COLD_READ
    if op == "SSTORE":
        # What changes nothing, or changes a slot for a second time.
        return "slots again", WARM if cost in (WARM, COLD_READ + WARM) else 0
    if op in ("CALL", "STATICCALL", "DELEGATECALL", "EXTCODESIZE"):
        return "contracts again", cost % COLD_CALL
    if op.startswith("LOG"):
        return "logs", 0
    if op in ("SHA3", "KECCAK256"):
        return "hashing", cost
    if op in ("MLOAD", "MSTORE", "MSTORE8"):
        return "memory", cost
    if op in ("CALLDATALOAD", "CALLDATASIZE", "CALLDATACOPY", "CODECOPY", "RETURNDATACOPY", "RETURNDATASIZE"):
        return "copies and calldata", cost
    if op in ("JUMP", "JUMPI", "JUMPDEST"):
        return "jumps", cost
    if op in ("AND", "OR", "NOT", "SHL", "SHR", "EXP", "DIV", "MUL"):
        return "masks and shifts", cost
    if op.startswith(("PUSH", "DUP", "SWAP", "POP")):
        return "stack", cost
    return "other", cost
