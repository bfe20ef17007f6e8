"""The bench's arguments: no zero byte in a digest, structs by the names of their fields."""

from __future__ import annotations

from itertools import islice

import pytest

from scripts.bench.gas.values import account, digests, ordered

INPUT = {
    "type": "tuple",
    "components": [
        {"name": "dataset", "type": "bytes32"},
        {"name": "version", "type": "uint32"},
        {"name": "open", "type": "bool"},
        {"name": "parents", "type": "bytes32[]"},
    ],
}


def test_digests_hold_no_zero_byte_and_differ() -> None:
    made = list(islice(digests("a"), 500))
    assert all(0 not in bytes.fromhex(digest[2:]) and len(digest) == 66 for digest in made)
    assert len(set(made)) == 500
    assert made == list(islice(digests("a"), 500))
    assert not set(made) & set(islice(digests("b"), 500))


def test_account_has_no_zero_byte_in_its_address() -> None:
    assert all(0 not in bytes.fromhex(account(f"member {n}").address[2:]) for n in range(20))


def test_ordered_puts_fields_in_the_order_of_the_abi() -> None:
    assert ordered(INPUT, {"version": 2, "dataset": "0x11"}) == ("0x11", 2, False, [])
    assert ordered({**INPUT, "type": "tuple[]"}, [{"version": 3}]) == [("0x" + "00" * 32, 3, False, [])]


def test_ordered_refuses_a_field_that_the_struct_does_not_have() -> None:
    with pytest.raises(KeyError, match="colour"):
        ordered(INPUT, {"colour": 1})
