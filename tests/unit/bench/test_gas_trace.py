"""What a transaction touched, read from answers in the form that the chain gives."""

from __future__ import annotations

from typing import Any

from scripts.bench.gas.trace import frames_of, touched_of

REGISTRY, CONSORTIUM, SENDER, PRECOMPILE = "0x" + "aa" * 20, "0x" + "bb" * 20, "0x" + "cc" * 20, "0x" + "00" * 19 + "02"


def word(number: int) -> str:
    return f"0x{number:064x}"


def slots(values: dict[int, int]) -> dict[str, Any]:
    return {"code": "0x00", "storage": {word(slot): word(value) for slot, value in values.items()}}


PRESTATE = {REGISTRY: slots({1: 0, 2: 5, 3: 7, 4: 9, 5: 0}), CONSORTIUM: slots({1: 1}), SENDER: {"balance": "0x0"}}
#: Slot 1 is filled, 2 changes, 3 is cleared (the tracer leaves a zero out), 4 and 5 are read.
DIFFERENCE = {
    "pre": {REGISTRY: slots({2: 5, 3: 7}), SENDER: {"nonce": 1}},
    "post": {REGISTRY: slots({1: 8, 2: 6}), SENDER: {"nonce": 2}},
}
CALLS = {
    "to": REGISTRY,
    "input": "0x11111111",
    "calls": [
        {"to": CONSORTIUM, "input": "0x22222222" + "00" * 32, "calls": [{"to": REGISTRY, "input": "0x33333333"}]},
        {"to": PRECOMPILE, "input": "0x"},
        {"to": CONSORTIUM, "input": "0x44444444"},
    ],
}
RECEIPT = {"logs": [{"topics": [word(1), word(2)], "data": word(3)}, {"topics": [word(1)], "data": "0x"}]}


def test_touched_counts_each_slot_once_by_what_became_of_it() -> None:
    touched = touched_of("0x0011ff00", RECEIPT, PRESTATE, DIFFERENCE, CALLS)
    assert (touched.fresh, touched.changed, touched.cleared, touched.read) == (1, 2, 1, 3)


def test_touched_counts_calldata_bytes_and_logs() -> None:
    touched = touched_of("0x0011ff00", RECEIPT, PRESTATE, DIFFERENCE, CALLS)
    assert (touched.zero_bytes, touched.other_bytes) == (2, 2)
    assert touched.logs == ((2, 32), (1, 0))
    assert (touched.topics, touched.log_bytes) == (3, 32)


def test_touched_counts_another_contract_once_and_no_account_without_code() -> None:
    assert touched_of("0x", RECEIPT, PRESTATE, DIFFERENCE, CALLS).called == 1
    looked_at = {**PRESTATE, "0x" + "dd" * 20: {"code": "0x00"}}
    assert touched_of("0x", RECEIPT, looked_at, DIFFERENCE, CALLS).called == 2


def test_frames_are_in_the_order_of_beginning() -> None:
    selectors = [selector for _, selector in frames_of(CALLS)]
    assert selectors == ["0x11111111", "0x22222222", "0x33333333", "0x44444444"]
