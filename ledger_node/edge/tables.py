"""Tables of numbers with a label: CSV with a header. An error names row and column by position, never a value."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import rfc8785

from ledger_node.errors import InvalidTable

MOST_COLUMNS = 2_000
MOST_CLASSES = 50  # a label with more different words than this looks like a name or a number of a person
_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9 _./%()+-]{0,63}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CLASS = re.compile(r"[A-Za-z][A-Za-z0-9 _+-]{0,31}")

#: Words of column names that stand for direct identifiers: 45 CFR 164.514(b)(2)(i), the eighteen kinds.
IDENTIFIERS = frozenset(
    word
    for line in (
        "name names surname forename firstname lastname fullname maiden initials patient patientid patientname",
        "birth birthdate birthday dob dateofbirth date dates address street city town county zip zipcode postcode",
        "postal phone telephone mobile fax email mail ssn nhs mrn record account insurance policy beneficiary",
        "certificate licence license passport plate vehicle vin serial device imei mac ip url uri biometric photo",
        "fingerprint photograph iban id ids identifier uid uuid guid accession encounter",
    )
    for word in line.split()
)


@dataclass(frozen=True, slots=True)
class Table:
    """`digests` holds the record digest of each row, in the order of the file; `columns` are the features."""

    columns: tuple[str, ...]
    label: str
    digests: tuple[bytes, ...]


def record_digest(columns: tuple[str, ...], label: str, values: tuple[float | str | None, ...]) -> bytes:
    """SHA-256 of the row's canonical form.

    That is the RFC 8785 form of one object: each feature's column name with its value as an IEEE 754 double, null where
    the cell is empty, and the label's column name with its number or word. So neither the order of the columns, nor
    `1.0` for `1`, nor quotes and line ends change a digest. `values` are the features and then the label.
    """
    return hashlib.sha256(rfc8785.dumps(dict(zip((*columns, label), values, strict=True)))).digest()


def read_table(
    path: Path,
    label: str = "label",
    allow: frozenset[str] = frozenset(),
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """Reads a whole table. `allow` names columns that sound like an identifier and are none.

    Raises InvalidTable for what is not such a table, or has a column that looks like a direct identifier.
    """
    rows = _rows(path)
    header = next(rows, None)
    if header is None:
        raise InvalidTable("the table is empty", got="0 rows", needed="a header and rows")
    names = tuple(name.strip() for name in header)
    _require_names(names, label, allow)
    place = names.index(label)
    columns = names[:place] + names[place + 1 :]
    digests: list[bytes] = []
    classes: set[float | str] = set()
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise InvalidTable(
                "a row has another length", got=f"row {number}: {len(row)} cells", needed=f"{len(names)} cells"
            )
        features = tuple(_number(cell, number, at) for at, cell in enumerate(row, start=1) if at != place + 1)
        answer = _label(row[place], number, place + 1)
        classes.add(answer)
        digests.append(record_digest(columns, label, (*features, answer)))
        if progress is not None and number % 1_000 == 0:
            progress(number, 0)
    words = sum(isinstance(answer, str) for answer in classes)
    if words > MOST_CLASSES:
        raise InvalidTable("the label has too many words", got=f"{words} words", needed=f"at most {MOST_CLASSES}")
    if progress is not None:
        progress(len(digests), len(digests))
    return Table(columns, label, tuple(digests))


def looks_identifying(column: str) -> bool:
    """Whether a column's name has a word that stands for a direct identifier (`patientId`, `DATE_OF_BIRTH`, `MRN`)."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", column)
    spelled = re.sub(r"[^a-z]", "", column.lower())
    return spelled in IDENTIFIERS or any(word.lower() in IDENTIFIERS for word in words)


def _require_names(names: tuple[str, ...], label: str, allow: frozenset[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise InvalidTable("too many columns", got=str(len(names)), needed=f"at most {MOST_COLUMNS}")
    for at, name in enumerate(names, start=1):
        if not _COLUMN.fullmatch(name):  # the first row of a table without a header would become public
            raise InvalidTable("a column has no proper name", got=f"column {at}", needed="a header of plain names")
        if looks_identifying(name) and name not in allow:
            raise InvalidTable("a column looks like a direct identifier", got=f"column {at}", needed="features only")
    if len(set(names)) != len(names):
        raise InvalidTable("two columns have one name", got=f"{len(names)} columns", needed="different names")
    if label not in names:
        raise InvalidTable("there is no such label column", got=f"{len(names)} columns", needed="the label's name")


def _number(cell: str, row: int, column: int) -> float | None:
    text = cell.strip()
    if not text:
        return None
    value = float(text) if len(text) <= 64 and _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise InvalidTable("a cell is not a number", got=f"row {row}, column {column}", needed="a number or nothing")
    return value


def _label(cell: str, row: int, column: int) -> float | str:
    text = cell.strip()
    if _CLASS.fullmatch(text):
        return text
    value = _number(text, row, column)
    if value is None:
        raise InvalidTable("a row has no label", got=f"row {row}, column {column}", needed="a number or a word")
    return value


def _rows(path: Path) -> Iterator[list[str]]:
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file, strict=True)):  # noqa: B007 - the error names the last row
                if row:
                    yield row
    except (UnicodeDecodeError, csv.Error) as failure:
        got = f"{type(failure).__name__} after row {number}"
        raise InvalidTable("the file is not a CSV table", got=got, needed="CSV in UTF-8") from None
    except OSError as failure:
        raise InvalidTable("the file cannot be opened", got=type(failure).__name__, needed="a CSV file") from None
