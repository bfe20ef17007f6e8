"""`abi.encode` of static words: each value is one 32-byte big-endian word (Solidity ABI specification)."""

from __future__ import annotations

from ledger_node.errors import InvalidField
from ledger_node.proof.hashing import keccak256

WORD = 32
#: A value of one word: a number or enum (uintN), a bool, an address (20 bytes) or a bytes32.
Value = int | bool | bytes


def word(value: Value) -> bytes:
    """One 32-byte word. Addresses (20 bytes) are padded on the left, as numbers are.

    Raises InvalidField for a negative or too large number and for bytes that are neither 20 nor 32 long.
    """
    if isinstance(value, int):
        if not 0 <= value < 1 << 256:
            raise InvalidField("number does not fit a word", got=f"{value.bit_length()} bits", needed="0 to 256 bits")
        return value.to_bytes(WORD, "big")
    if len(value) not in (20, WORD):
        raise InvalidField("bytes do not fit a word", got=f"{len(value)} bytes", needed="20 or 32 bytes")
    return value.rjust(WORD, b"\0")


def encode(*values: Value) -> bytes:
    """The words one after another, as `abi.encode` of static types lays them."""
    return b"".join(word(value) for value in values)


def digest(*values: Value) -> bytes:
    """keccak256(abi.encode(...)): how the contracts make record digests."""
    return keccak256(encode(*values))
