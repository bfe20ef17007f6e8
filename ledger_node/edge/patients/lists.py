"""Lists that a hospital keeps of its patients: CSV in UTF-8, read strictly. What is said of one never quotes a cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

LONGEST = 64 << 10  # letters of a line


class BadList(Exception):
    """What was got instead of a list: a kind of error, a number of columns. Never a cell."""


def rows_of(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header, which must name just these columns: their numbers from 1, and their cells, trimmed.

    Empty rows are passed over. Raises BadList for another header, a row of another length and no CSV in UTF-8.
    """
    row = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(_lines(file), strict=True)
            header = next(rows, [])
            if [cell.strip() for cell in header] != list(columns):
                raise BadList(f"a header of {len(header)} columns")
            for row, cells in enumerate(rows, start=1):
                if cells:
                    if len(cells) != len(columns):
                        raise bad_row(row, cells)
                    yield row, [cell.strip() for cell in cells]
    except (UnicodeDecodeError, csv.Error) as failure:
        raise BadList(f"{type(failure).__name__} after row {row}") from None
    except OSError as failure:
        raise BadList(type(failure).__name__) from None


def _lines(file: TextIO) -> Iterator[str]:
    """Whoever reads a list has no limit of memory: a line that does not end is read no further."""
    while line := file.readline(LONGEST + 1):
        if len(line) > LONGEST:
            raise BadList(f"a line of more than {LONGEST} letters")
        yield line


def bad_row(row: int, cells: Sequence[str]) -> BadList:
    return BadList(f"row {row}: {len(cells)} cells")
