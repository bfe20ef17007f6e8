"""The canonical form of a row, `medledger-row/1`, and its digest (docs/tables.md).

A row is 32 bytes that stand for the columns' names, then nine bytes for each column in the order of the names' bytes
(a tag and a word of eight), then the payloads of the cells that have one, in the same order. Words are big-endian:

    tag         word                                            payload
    0 null      0
    1 integer   two's complement                                any number that equals one, -2^63 <= n < 2^63
    2 double    IEEE 754 binary64                               any other finite binary number
    3 decimal   length of the payload                           plain decimal notation in ASCII, no needless zeros
    4 boolean   0 or 1
    5 text      length of the payload                           UTF-8 in Normalization Form C
    6 date      days since 1970-01-01
    7 instant   seconds since 1970-01-01T00:00:00Z              nanoseconds, 4 bytes
    8 local     the same of a clock without a zone              nanoseconds, 4 bytes

Lengths come before what they measure, so two different rows never share a form. A number counts by its value, so the
same table has the same digests as CSV, as integers and as doubles; -0.0 is 0; NaN and infinities have no form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = b"medledger-row/1"
CELL = np.dtype([("tag", "u1"), ("word", ">i8")])


class Tag(IntEnum):
    NULL = 0
    INTEGER = 1
    DOUBLE = 2
    DECIMAL = 3
    BOOLEAN = 4
    TEXT = 5
    DATE = 6
    INSTANT = 7
    LOCAL = 8


@dataclass(slots=True)
class Cells:
    """A column of a batch: `tags` (n,) uint8, `words` (n,) int64, `payloads` one bytes value a row (Arrow) or None."""

    tags: NDArray[np.uint8]
    words: NDArray[np.int64]
    payloads: Any = None


def names_digest(names: Sequence[str]) -> bytes:
    """SHA-256 of the format and of each name, in the order of their bytes: its length in four bytes, then UTF-8."""
    encoded = sorted(name.encode() for name in names)
    return hashlib.sha256(FORMAT + b"".join(len(name).to_bytes(4, "big") + name for name in encoded)).digest()


def record_digests(names: Sequence[str], columns: Sequence[Cells]) -> bytes:
    """SHA-256 of each row's canonical form, one after the other. `columns` are in the order of `names`."""
    order = sorted(range(len(names)), key=lambda at: names[at].encode())
    fixed = np.empty(len(columns[0].tags), np.dtype([("names", "V32"), ("cells", CELL, (len(columns),))]))
    fixed["names"] = np.void(names_digest(names))
    for place, at in enumerate(order):
        fixed["cells"]["tag"][:, place] = columns[at].tags
        fixed["cells"]["word"][:, place] = columns[at].words
    payloads = [columns[at].payloads for at in order if columns[at].payloads is not None]
    sha256 = hashlib.sha256
    return b"".join([sha256(row).digest() for row in _forms(fixed, payloads)])


def _forms(fixed: NDArray[np.void], payloads: list[Any]) -> list[bytes]:
    """The canonical form of each row: Arrow joins what Python would have to cut out and add, row by row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    width = pa.binary(fixed.dtype.itemsize)
    rows = pa.FixedSizeBinaryArray.from_buffers(width, len(fixed), [None, pa.py_buffer(fixed.tobytes())])
    if payloads:
        rows = pc.binary_join_element_wise(rows.cast(pa.binary()), *payloads, b"")
    forms: list[bytes] = rows.to_pylist()
    return forms
