"""RLP, strictly: one value has one encoding (Ethereum Yellow Paper, appendix B).

The `rlp` package does the same and is the oracle of our tests, but importing it loads pydantic and `socket`, which this
layer must not.
"""

from __future__ import annotations

from ledger_node.errors import InvalidField

Rlp = bytes | list["Rlp"]

#: Nesting that headers, accounts and trie nodes stay far below.
MAX_DEPTH = 16


def encode(value: Rlp) -> bytes:
    """The encoding of bytes or of a (nested) list of bytes."""
    if isinstance(value, bytes):
        if len(value) == 1 and value[0] < 0x80:
            return value
        return _prefix(len(value), 0x80) + value
    return listed(b"".join(map(encode, value)))


def listed(payload: bytes) -> bytes:
    """The encoding of a list whose parts are encoded already."""
    return _prefix(len(payload), 0xC0) + payload


def scalar(number: int) -> bytes:
    """A number as RLP wants it: big-endian, no leading zero, nothing for 0."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def decode(encoded: bytes) -> Rlp:
    """The one value that `encoded` holds. Raises InvalidField unless encoding it again gives the same bytes."""
    value, end = _decode(encoded, 0, len(encoded), 0)
    if end != len(encoded):
        raise InvalidField("RLP has surplus bytes", got=f"{len(encoded)} bytes", needed=f"{end} bytes")
    return value


def _prefix(length: int, offset: int) -> bytes:
    if length < 56:
        return bytes([offset + length])
    size = scalar(length)
    return bytes([offset + 55 + len(size)]) + size


def _decode(encoded: bytes, start: int, end: int, depth: int) -> tuple[Rlp, int]:
    if depth > MAX_DEPTH or start >= end:
        raise InvalidField("RLP is cut short or nested too deep", got=f"byte {start} of {end}", needed="a value")
    first = encoded[start]
    if first < 0x80:
        return encoded[start : start + 1], start + 1
    if first < 0xC0:
        begin, stop = _span(encoded, start, end, first - 0x80)
        content = encoded[begin:stop]
        if len(content) == 1 and content[0] < 0x80:
            raise InvalidField("RLP byte has a needless prefix", got=f"byte {start}", needed="the byte alone")
        return content, stop
    begin, stop = _span(encoded, start, end, first - 0xC0)
    parts: list[Rlp] = []
    while begin < stop:
        part, begin = _decode(encoded, begin, stop, depth + 1)
        parts.append(part)
    return parts, stop


def _span(encoded: bytes, start: int, end: int, code: int) -> tuple[int, int]:
    """Where the payload begins and ends; `code` is the first byte without its offset."""
    begin = start + 1
    length = code
    if code > 55:
        size = encoded[begin : begin + code - 55]
        begin += code - 55
        length = int.from_bytes(size, "big")
        if begin > end or size[0] == 0 or length < 56:
            raise InvalidField("RLP length is not minimal", got=f"byte {start}", needed="the shortest form")
    if begin + length > end:
        raise InvalidField("RLP is cut short", got=f"{end - begin} bytes", needed=f"{length} bytes")
    return begin, begin + length
