"""Why a table is refused. The words are stable: they stand in the error's facts beside ML-0112."""

from __future__ import annotations

from enum import StrEnum

from ledger_node.errors import InvalidTable


class Fault(StrEnum):
    """One reason. Rows count from 1 without the header, columns from 1."""

    CANNOT_OPEN = "CANNOT_OPEN"  # no regular file, or no right to read it
    EMPTY = "EMPTY"  # not even a header
    TOO_MANY_COLUMNS = "TOO_MANY_COLUMNS"
    HEADER_TOO_LONG = "HEADER_TOO_LONG"
    IMPROPER_NAME = "IMPROPER_NAME"  # a column's name is empty or no plain name: there may be no header
    DUPLICATE_NAME = "DUPLICATE_NAME"
    DIRECT_IDENTIFIER = "DIRECT_IDENTIFIER"  # by its name
    LOOKS_IDENTIFYING = "LOOKS_IDENTIFYING"  # by the shape of its values
    COLUMN_MISSING = "COLUMN_MISSING"  # one that the caller named
    COLUMN_TWICE = "COLUMN_TWICE"  # named for two ends that exclude each other
    RAGGED_ROW = "RAGGED_ROW"
    FIELD_TOO_LONG = "FIELD_TOO_LONG"
    INVALID_UTF8 = "INVALID_UTF8"
    MALFORMED = "MALFORMED"  # not the format that the file's name says; truncated
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"  # nested, binary, duration, time of day
    UNDECLARED_TEXT = "UNDECLARED_TEXT"  # text in a column that was not declared a category
    UNDECLARED_DATE = "UNDECLARED_DATE"  # dates in a column that was not allowed by name
    NOT_A_NUMBER = "NOT_A_NUMBER"
    NOT_FINITE = "NOT_FINITE"  # NaN or infinity
    NO_LABEL = "NO_LABEL"
    IMPROPER_WORD = "IMPROPER_WORD"
    TOO_MANY_WORDS = "TOO_MANY_WORDS"
    NO_PSEUDONYM = "NO_PSEUDONYM"
    BROKE_ITS_READER = "BROKE_ITS_READER"  # the child process died of the file, or took too long


def refused(
    fault: Fault, detail: str, needed: str, *, row: int | None = None, column: int | None = None, got: str = ""
) -> InvalidTable:
    """The error to raise. `got` holds lengths and counts only."""
    places = [f"{name} {at}" for name, at in (("row", row), ("column", column)) if at is not None]
    told = ": ".join(part for part in (", ".join(places), got) if part)
    facts = {name: at for name, at in (("row", row), ("column", column)) if at is not None}
    return InvalidTable(detail, got=told, needed=needed, reason=fault.value, **facts)
