"""Columns of a batch as tags and words (`rows`), each value judged by the role of its column (`policy`).

CSV has no types: in a feature's column every cell is a number or empty, in a label's a number or a word, in a
category's a word as it stands. White space around a cell does not count. Parquet's own types are taken as they are.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from ledger_node.edge.tables import shapes
from ledger_node.edge.tables.faults import Fault, refused
from ledger_node.edge.tables.policy import Role
from ledger_node.edge.tables.rows import Cells, Tag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledger_node.errors import InvalidTable

SMALLEST, LARGEST = -(1 << 63), (1 << 63) - 1
EXACT = 1 << 53  # from here on a double may stand for more than one integer
SAMPLE = 1_000  # values that say whether all are different
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_PSEUDONYM = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


@dataclass(slots=True)
class Column:
    """What is known of a column: its place from 1, its role, and how often each of its words came."""

    place: int
    role: Role
    allowed: bool = False
    words: Counter[str] = field(default_factory=Counter)
    judged: bool = False

    def refused(self, fault: Fault, detail: str, needed: str, row: int | None = None, got: str = "") -> InvalidTable:
        return refused(fault, detail, needed, row=row, column=self.place, got=got)


def require_type(kind: Any, column: Column) -> None:
    """Raises InvalidTable unless a value of this Arrow type may stand in the column."""
    import pyarrow.types as of

    if of.is_dictionary(kind):
        kind = kind.value_type
    text = of.is_string(kind) or of.is_large_string(kind) or of.is_string_view(kind)
    dated = of.is_date(kind) or of.is_timestamp(kind)
    number = of.is_integer(kind) or of.is_floating(kind) or of.is_decimal(kind) or of.is_boolean(kind)
    if not (text or dated or number or of.is_null(kind)):
        raise column.refused(Fault.UNSUPPORTED_TYPE, "a column has a type without a canonical form", "plain values")
    if column.role is Role.PSEUDONYM:
        if not (text or of.is_integer(kind)):
            raise column.refused(Fault.UNSUPPORTED_TYPE, "the pseudonym is no word and no integer", "a short code")
    elif text and column.role is Role.FEATURE:
        raise column.refused(Fault.UNDECLARED_TEXT, "a column holds text", "to be declared a category")
    elif dated and not column.allowed:
        raise column.refused(Fault.UNDECLARED_DATE, "a column holds dates", "to be allowed by name")


def typed(values: Any, column: Column, start: int) -> Cells:
    """The cells of an Arrow array, whose rows come after row `start`. Raises InvalidTable."""
    import pyarrow as pa
    import pyarrow.types as of

    if of.is_dictionary(values.type):
        values = values.dictionary_decode()
    kind = values.type
    absent = values.is_null().to_numpy(zero_copy_only=False)
    if column.role is Role.LABEL and absent.any():
        raise column.refused(Fault.NO_LABEL, "a row has no label", "a number or a word", start + _first(absent))
    if of.is_null(kind):
        return Cells(np.zeros(len(values), np.uint8), np.zeros(len(values), np.int64))
    if of.is_string(kind) or of.is_large_string(kind) or of.is_string_view(kind):
        return _words(_valid(values, column, start).cast(pa.string()), column, start)
    if of.is_floating(kind):
        numbers = values.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
        return _doubles(numbers, absent, column, start)
    if of.is_decimal(kind) or of.is_uint64(kind):
        return _settled(_of_list([_exact(value) for value in values.to_pylist()]), column)
    if of.is_timestamp(kind):
        return _moments(values, absent)
    tag = Tag.INTEGER if of.is_integer(kind) else Tag.BOOLEAN if of.is_boolean(kind) else Tag.DATE
    if of.is_date(kind):
        values = values.cast(pa.date32()).cast(pa.int32())
    words = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return _settled(Cells(np.where(absent, Tag.NULL, tag).astype(np.uint8), words), column)


def spelled(values: Any, column: Column, start: int) -> Cells:
    """The cells of a CSV column, given as bytes. Raises InvalidTable."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = trimmed(values, column, start)
    absent = text.is_null().to_numpy(zero_copy_only=False)
    if column.role is Role.CATEGORY:
        return _words(text, column, start)
    if column.role is Role.LABEL and absent.any():
        raise column.refused(Fault.NO_LABEL, "a row has no label", "a number or a word", start + _first(absent))
    try:
        numbers = pc.cast(text, pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return _one_by_one(text, column, start)
    if np.isfinite(numbers).all() and (np.abs(numbers) < EXACT).all():
        return _doubles(numbers, absent, column, start)
    return _one_by_one(text, column, start)


def pseudonyms(values: Any, column: Column, start: int) -> list[str]:
    """The hospital's own codes, one a row. Raises InvalidTable."""
    import pyarrow as pa

    found: list[str] = []
    for row, value in enumerate(values.cast(pa.string()).to_pylist(), start=start + 1):
        if value is None or not _PSEUDONYM.fullmatch(value):
            raise column.refused(Fault.NO_PSEUDONYM, "a row has no proper pseudonym", "letters, digits, . _ : -", row)
        found.append(value)
    return found


def trimmed(values: Any, column: Column, start: int) -> Any:
    """Bytes as text without white space around it; what is empty then is null. Raises InvalidTable."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        text = pc.ascii_trim_whitespace(values.cast(pa.string()))
    except pa.ArrowInvalid:
        raise _not_utf8(values, column, start) from None
    return pc.if_else(pc.equal(pc.binary_length(text), 0), None, text)


def _one_by_one(text: Any, column: Column, start: int) -> Cells:
    found: list[tuple[Tag, int, bytes]] = []
    for row, value in enumerate(text.to_pylist(), start=start + 1):
        if value is None:
            found.append((Tag.NULL, 0, b""))
        elif len(value) <= shapes.LONGEST_WORD and _NUMBER.fullmatch(value):
            if _INTEGER.fullmatch(value):
                found.append(_exact(int(value)))
                continue
            number = float(value)
            if not math.isfinite(number):
                raise column.refused(Fault.NOT_FINITE, "a cell is not a number", "a finite number", row)
            found.append(_double(number))
        elif column.role is Role.LABEL:
            if not shapes.proper_word(value):
                raise column.refused(Fault.IMPROPER_WORD, "a label is no plain word", "a number or a word", row)
            _count(column, {value: 1})
            found.append(_text(value))
        else:
            raise column.refused(Fault.NOT_A_NUMBER, "a cell is not a number", "a number or nothing", row)
    return _settled(_of_list(found), column)


def _words(text: Any, column: Column, start: int) -> Cells:
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.utf8_normalize(text, "NFC")
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(text.drop_null()).to_pylist()}
    for word in counts:
        if word in column.words:
            continue
        if column.role is Role.LABEL and not shapes.proper_word(word):
            row = start + pc.index(text, word).as_py() + 1
            raise column.refused(Fault.IMPROPER_WORD, "a label is no plain word", "a number or a word", row)
        if not column.allowed and shapes.looks_like_a_person(word):
            row = start + pc.index(text, word).as_py() + 1
            raise column.refused(Fault.LOOKS_IDENTIFYING, "a word looks like a direct identifier", "coded words", row)
    _count(column, counts)
    absent = text.is_null().to_numpy(zero_copy_only=False)
    payloads = text.cast(pa.binary()).fill_null(b"")
    lengths = pc.binary_length(payloads).to_numpy(zero_copy_only=False).astype(np.int64)
    return Cells(np.where(absent, Tag.NULL, Tag.TEXT).astype(np.uint8), lengths, payloads)


def _count(column: Column, counts: dict[str, int]) -> None:
    column.words.update(counts)
    most = shapes.MOST_CLASSES if column.role is Role.LABEL else shapes.MOST_CATEGORIES
    if len(column.words) > most:
        got = f"more than {most} words"
        raise column.refused(Fault.TOO_MANY_WORDS, "a column has too many different words", f"at most {most}", got=got)


def _doubles(numbers: NDArray[np.float64], absent: NDArray[np.bool_], column: Column, start: int) -> Cells:
    finite = np.isfinite(numbers)
    if not finite.all():
        raise column.refused(Fault.NOT_FINITE, "a cell is not a number", "a finite number", start + _first(~finite))
    whole = (numbers == np.floor(numbers)) & (numbers >= SMALLEST) & (numbers < -float(SMALLEST))
    words = np.where(whole, np.where(whole, numbers, 0).astype(np.int64), numbers.view(np.int64))
    tags = np.where(whole, Tag.INTEGER, Tag.DOUBLE)
    return _settled(Cells(np.where(absent, Tag.NULL, tags).astype(np.uint8), np.where(absent, 0, words)), column)


def _moments(values: Any, absent: NDArray[np.bool_]) -> Cells:
    import pyarrow as pa

    per_second = _UNITS[values.type.unit]
    ticks = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    seconds = np.floor_divide(ticks, per_second)
    nanos = ((ticks - seconds * per_second) * (1_000_000_000 // per_second)).astype(">u4").tobytes()
    payloads = [b"" if gone else nanos[at * 4 : at * 4 + 4] for at, gone in enumerate(absent)]
    tag = Tag.LOCAL if values.type.tz is None else Tag.INSTANT
    return Cells(np.where(absent, Tag.NULL, tag).astype(np.uint8), seconds, pa.array(payloads, pa.binary()))


def _settled(cells: Cells, column: Column) -> Cells:
    """Judges, once, whether a feature's integers number persons or records: long and all different."""
    if column.role is not Role.FEATURE or column.allowed or column.judged:
        return cells
    integers = cells.words[cells.tags == Tag.INTEGER]
    if len(integers) >= SAMPLE:
        column.judged = True
        if (np.abs(integers) >= shapes.LONG_NUMBER).all() and len(np.unique(integers)) == len(integers):
            raise column.refused(Fault.LOOKS_IDENTIFYING, "a column's integers are long and all different", "features")
    return cells


def _exact(value: Decimal | int | None) -> tuple[Tag, int, bytes]:
    if value is None:
        return Tag.NULL, 0, b""
    if value == int(value) and SMALLEST <= value <= LARGEST:
        return Tag.INTEGER, int(value), b""
    plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
    payload = (plain.rstrip("0").rstrip(".") if "." in plain else plain).encode()
    return Tag.DECIMAL, len(payload), payload


def _double(value: float) -> tuple[Tag, int, bytes]:
    if value == math.floor(value) and SMALLEST <= value <= LARGEST - 1024:
        return Tag.INTEGER, int(value), b""
    return Tag.DOUBLE, int(np.float64(value).view(np.int64)), b""


def _text(value: str) -> tuple[Tag, int, bytes]:
    payload = value.encode()
    return Tag.TEXT, len(payload), payload


def _of_list(found: list[tuple[Tag, int, bytes]]) -> Cells:
    import pyarrow as pa

    tags, words = np.array([one[0] for one in found], np.uint8), np.array([one[1] for one in found], np.int64)
    payloads = pa.array([one[2] for one in found], pa.binary()) if any(one[2] for one in found) else None
    return Cells(tags, words, payloads)


def _valid(values: Any, column: Column, start: int) -> Any:
    import pyarrow as pa

    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        raise _not_utf8(values.cast(pa.large_binary()), column, start) from None
    return values


def _not_utf8(values: Any, column: Column, start: int) -> InvalidTable:
    for row, value in enumerate(values.to_pylist(), start=start + 1):
        try:
            (value or b"").decode()
        except UnicodeDecodeError:
            return column.refused(Fault.INVALID_UTF8, "a cell is not UTF-8", "text in UTF-8", row)
    return column.refused(Fault.MALFORMED, "a column cannot be read", "a whole file")


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.argmax(mask)) + 1
