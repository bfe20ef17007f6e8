"""Hashes, strict hex and words of the ABI."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.errors import InvalidDigest, InvalidField
from ledger_node.proof import abi
from ledger_node.proof.hashing import keccak256, parse_hex, parse_hex_any, sha256, to_hex


def test_keccak256_is_ethereums() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_sha256_is_fips_180() -> None:
    assert sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.binary(max_size=40))
def test_parse_hex_reads_what_to_hex_writes(content: bytes) -> None:
    assert parse_hex(to_hex(content), len(content)) == content


@pytest.mark.parametrize(
    "text", ["", "00", "0X00", "0xAB", "0xg0", "0x0", "0x0000", "0x 0", "0x+1", "0x٠٠", None, 1, b"0x00"]
)
def test_parse_hex_refuses_other_spellings(text: object) -> None:
    with pytest.raises(InvalidDigest):
        parse_hex(text, 1)


def test_parse_hex_any_refuses_more_than_the_most() -> None:
    assert parse_hex_any("0x", 2) == b""
    with pytest.raises(InvalidDigest):
        parse_hex_any("0x000000", 2)


def test_word_pads_on_the_left() -> None:
    assert abi.word(258) == bytes(30) + b"\x01\x02"
    assert abi.word(True) == bytes(31) + b"\x01"
    assert abi.word(b"\xff" * 20) == bytes(12) + b"\xff" * 20
    assert abi.word(b"\xff" * 32) == b"\xff" * 32


@pytest.mark.parametrize("value", [-1, 1 << 256, b"", b"\x00" * 31, b"\x00" * 33])
def test_word_refuses_what_does_not_fit(value: int | bytes) -> None:
    with pytest.raises(InvalidField):
        abi.word(value)
