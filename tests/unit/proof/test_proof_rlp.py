"""Our RLP against the `rlp` package."""

from __future__ import annotations

from typing import Any

import pytest
import rlp as oracle
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.errors import InvalidField
from ledger_node.proof import rlp

values = st.recursive(st.binary(max_size=80), lambda part: st.lists(part, max_size=5), max_leaves=12)


@given(values)
def test_encode_is_the_oracles(value: Any) -> None:
    assert rlp.encode(value) == oracle.encode(value)
    assert rlp.decode(rlp.encode(value)) == value


@given(st.binary(max_size=70))
def test_decode_accepts_only_what_encodes_to_the_same(content: bytes) -> None:
    try:
        value = rlp.decode(content)
    except InvalidField:
        return
    assert rlp.encode(value) == content == oracle.encode(value)


@given(values, st.data())
def test_decode_refuses_cut_and_longer(value: Any, data: st.DataObject) -> None:
    encoded = rlp.encode(value)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    for wrong in (encoded[:cut], encoded + b"\x00"):
        with pytest.raises(InvalidField):
            rlp.decode(wrong)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x81\x00",
        b"\x81\x7f",
        b"\xb8\x01\xff",
        b"\xb9\x00\x38" + bytes(56),
        b"\xb8",
        b"\xf8\x00",
        b"\xc2\x82\x00",
    ],
)
def test_decode_refuses_other_forms(content: bytes) -> None:
    with pytest.raises(InvalidField):
        rlp.decode(content)


def test_decode_refuses_deep_nesting() -> None:
    nested: rlp.Rlp = []
    for _ in range(40):
        nested = [nested]
    with pytest.raises(InvalidField):
        rlp.decode(rlp.encode(nested))


@pytest.mark.parametrize(("number", "encoded"), [(0, b""), (1, b"\x01"), (256, b"\x01\x00")])
def test_scalar_has_no_leading_zero(number: int, encoded: bytes) -> None:
    assert rlp.scalar(number) == encoded
