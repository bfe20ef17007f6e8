"""The canonical form of a row as docs/tables.md has it, one value at a time, sharing no code with what it checks."""

from __future__ import annotations

import hashlib
import math
import struct
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

Value = None | bool | int | float | Decimal | str | date | datetime


def number(value: int | float | Decimal) -> tuple[bytes, bytes]:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError
    exact = Fraction(value)
    if exact.denominator == 1 and -(2**63) <= exact < 2**63:
        return struct.pack(">Bq", 1, int(exact)), b""
    if isinstance(value, float):
        return struct.pack(">Bd", 2, value), b""
    digits = str(value) if isinstance(value, int) else format(value, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return struct.pack(">BQ", 3, len(digits)), digits.encode()


def cell(value: Value) -> tuple[bytes, bytes]:
    if value is None:
        return bytes(9), b""
    if isinstance(value, bool):
        return struct.pack(">Bq", 4, value), b""
    if isinstance(value, int | float | Decimal):
        return number(value)
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value).encode()
        return struct.pack(">BQ", 5, len(text)), text
    if isinstance(value, datetime):
        epoch = datetime(1970, 1, 1, tzinfo=None if value.tzinfo is None else UTC)
        passed = value - epoch
        tag = 8 if value.tzinfo is None else 7
        seconds = passed.days * 86_400 + passed.seconds
        return struct.pack(">Bq", tag, seconds), struct.pack(">I", passed.microseconds * 1_000)
    return struct.pack(">Bq", 6, value.toordinal() - date(1970, 1, 1).toordinal()), b""


def form(row: dict[str, Value]) -> bytes:
    """A row's canonical form; its record digest is the sha-256 of this."""
    names = sorted(row, key=lambda name: name.encode())
    spelled = b"".join(struct.pack(">I", len(name.encode())) + name.encode() for name in names)
    cells = [cell(row[name]) for name in names]
    head = hashlib.sha256(b"medledger-row/1" + spelled).digest()
    return head + b"".join(word for word, _ in cells) + b"".join(payload for _, payload in cells)


def digest(row: dict[str, Value]) -> bytes:
    return hashlib.sha256(form(row)).digest()


def read(value: Any) -> Value:
    """A value as `tests/vectors/rows.json` spells it: null, or an object of its kind and its text."""
    if value is None:
        return None
    ((kind, text),) = value.items()
    reading = {
        "integer": int,
        "double": float,
        "decimal": Decimal,
        "boolean": lambda said: said == "true",
        "text": str,
        "date": date.fromisoformat,
        "instant": datetime.fromisoformat,
        "local": datetime.fromisoformat,
    }
    made: Value = reading[kind](text)
    return made
