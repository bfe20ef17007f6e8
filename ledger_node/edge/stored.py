"""Data elements whose stored bytes are the canonical form already, known without making values of them.

Parsing a value and writing it again costs ten times as much as reading it. What is not surely the same afterwards, byte
for byte, is not taken here but goes the long way of `canonical`, and so does what cannot be parsed.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

PIXEL_DATA = 0x7FE00010
_CHARSET = 0x00080005
#: LUT descriptors, whose first value pydicom takes for unsigned whatever their VR says.
_DESCRIPTORS = frozenset({0x00281101, 0x00281102, 0x00281103, 0x00283002})
_UNDEFINED = 0xFFFFFFFF
_ITEM = 0xE000FFFE  # the tag (FFFE,E000) as one little-endian number
#: Character sets that leave ASCII as it is: none, Latin 1 and UTF-8 (PS3.3, C.12.1.1.2).
_ASCII = ("iso8859", "ISO_IR 6", "ISO_IR 100", "ISO_IR 192")
_SHORT, _LONG, _ITEM_HEADER = (struct.Struct(form) for form in ("<HH2sH", "<HH2sxxI", "<II"))  # PS3.5, 7.1.2 and 7.5

_Test = Callable[[bytes], object]


def _multiple_of(size: int) -> _Test:
    return lambda value: len(value) % size == 0


def _form(single: bytes, padding: bytes = b" ") -> _Test:
    """One value of that form or several, padded to even length and no further."""
    whole = re.compile(b"(?:%b)(?:\\\\(?:%b))*%b?" % (single, single, padding))
    return lambda value: len(value) % 2 == 0 and whole.fullmatch(value)


def _never(_: bytes) -> bool:
    return False


_EVEN = _multiple_of(2)
_TEXT = _form(rb"[A-Za-z0-9_.,:;()/+\-]+(?: [A-Za-z0-9_.,:;()/+\-]+)*")
#: What a value that is not empty must be, by VR: those with a length of four bytes, and those with one of two.
_FOUR = dict.fromkeys((b"OB", b"OW", b"OL", b"OD", b"OV"), _EVEN)
_TWO: dict[bytes, _Test] = {
    **dict.fromkeys((b"AE", b"AS", b"AT", b"DA", b"DT", b"FL", b"IS", b"LT", b"PN", b"SS", b"ST", b"TM"), _never),
    **dict.fromkeys((b"UL", b"SL"), _multiple_of(4)),
    b"US": _EVEN,
    b"FD": _multiple_of(8),
    b"UI": _form(rb"[0-9.]+", rb"\0"),
    b"CS": _form(rb"[A-Z0-9_]+(?: [A-Z0-9_]+)*"),
    b"DS": _form(rb"-?[0-9]{1,10}(?:\.[0-9]{1,4})?"),
    b"LO": _TEXT,
    b"SH": _TEXT,
}


def as_stored(raw: Any, charset: Any) -> tuple[bytes, bytes] | None:
    """The header and the value of an element as pydicom read it, if these are its canonical form; else None."""
    if not raw.is_raw or raw.VR is None or raw.is_implicit_VR or not raw.is_little_endian or raw.length == _UNDEFINED:
        return None
    vr, value, tag = raw.VR.encode("latin-1"), raw.value or b"", int(raw.tag)
    if len(value) != raw.length or (tag in _DESCRIPTORS and vr != b"US"):
        return None
    if vr in _TWO and tag != PIXEL_DATA:
        good, header = _is_plain(vr, value, charset), _SHORT
    elif vr in _FOUR:
        good, header = not value or _FOUR[vr](value), _LONG
        vr = b"OW" if tag == PIXEL_DATA else vr  # whatever the file calls native pixels
    else:
        good, header = vr == b"SQ" and _are_plain_items(value, charset), _LONG
    return (header.pack(tag >> 16, tag & 0xFFFF, vr, len(value)), value) if good else None


def _is_plain(vr: bytes, value: bytes, charset: Any) -> object:
    test = _TWO.get(vr, _never)
    return not value or (test(value) and (test is not _TEXT or charset in _ASCII))


def _are_plain_items(value: bytes, charset: Any) -> bool:
    """Whether a sequence's value is items of explicit lengths, each of plain elements in order."""
    at = 0
    try:
        while at < len(value):
            tag, length = _ITEM_HEADER.unpack_from(value, at)
            at, end, last = at + 8, at + 8 + length, 0
            if tag != _ITEM or end > len(value):
                return False
            while at < end:
                group, number, vr, length = _SHORT.unpack_from(value, at)
                before, last = last, group << 16 | number
                at += 8 + length
                if vr not in _TWO or not before < last or not number or last in (_CHARSET, PIXEL_DATA):
                    return False
                if at > end or (last in _DESCRIPTORS and vr != b"US"):
                    return False
                if not _is_plain(vr, value[at - length : at], charset):
                    return False
    except struct.error:
        return False
    return True
