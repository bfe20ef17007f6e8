"""A CSV, TSV or Parquet file as a header and batches of columns. Runs in the child process."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Protocol

from ledger_node.edge.tables.cells import Column, require_type
from ledger_node.edge.tables.faults import Fault, refused

ROWS = 8_192  # of a batch, at most
BLOCK = 4 << 20  # bytes of CSV at a time; no row is longer
LONGEST_HEADER = 256 << 10  # bytes
_CSV = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
SUFFIXES = frozenset({*_CSV, ".parquet"})


class Source(Protocol):
    """`names` are the columns; `rows` is how many there will be, 0 when nobody knows; `spelled`: cells are bytes."""

    names: tuple[str, ...]
    rows: int
    spelled: bool

    def batches(self, columns: Sequence[Column]) -> Iterator[list[Any]]:
        """Arrow arrays, one a column. Raises InvalidTable."""

    def close(self) -> None:
        """Closes the file."""


def open_source(path: str) -> Source:
    """The file by its suffix; links are not followed. Raises InvalidTable."""
    needed = "a CSV, TSV or Parquet file"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as failure:
        raise refused(Fault.CANNOT_OPEN, "the file cannot be opened", needed, got=type(failure).__name__) from None
    file = os.fdopen(descriptor, "rb")
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise refused(Fault.CANNOT_OPEN, "the file is no regular file", needed)
        suffix = os.path.splitext(path)[1].lower()
        return Spelled(file, _CSV[suffix]) if suffix in _CSV else Typed(file)
    except BaseException:
        file.close()
        raise


class Spelled:
    """CSV (RFC 4180) or TSV in UTF-8, with a header in its first line."""

    spelled = True
    rows = 0

    def __init__(self, file: BinaryIO, delimiter: str) -> None:
        self._file, self._delimiter = file, delimiter
        self.close = file.close
        self._raw = self._header()
        self.names = tuple(name.strip() for name in self._raw)
        self._ragged: tuple[int, int, int] | None = None

    def batches(self, columns: Sequence[Column]) -> Iterator[list[Any]]:
        import pyarrow as pa
        import pyarrow.csv as of

        self._file.seek(0)
        done = 0
        try:
            reader = of.open_csv(
                self._file,
                of.ReadOptions(use_threads=False, block_size=BLOCK),
                of.ParseOptions(
                    delimiter=self._delimiter, newlines_in_values=True, invalid_row_handler=self._on_ragged
                ),
                of.ConvertOptions(
                    column_types=dict.fromkeys(self._raw, pa.binary()), null_values=[""], strings_can_be_null=True
                ),
            )
            if reader.schema.names != self._raw:
                raise refused(Fault.MALFORMED, "the header is read in two ways", "a header in one line")
            for batch in reader:
                for start in range(0, len(batch), ROWS):
                    piece = batch.slice(start, ROWS)
                    yield piece.columns
                    done += len(piece)
        except pa.ArrowInvalid as failure:
            raise self._told(str(failure), done, len(columns)) from None

    def _told(self, message: str, done: int, columns: int) -> Exception:
        """The parser quotes rows in its messages: only what kind they are of is used."""
        if self._ragged is not None:
            needed, got, line = self._ragged
            return refused(
                Fault.RAGGED_ROW, "a row has another length", f"{needed} cells", row=line - 1, got=f"{got} cells"
            )
        if "straddling" in message:
            needed_ = f"rows of at most {BLOCK} bytes"
            return refused(Fault.FIELD_TOO_LONG, "a row is too long", needed_, got=f"after row {done}")
        return refused(
            Fault.MALFORMED, "the file is not a CSV table", "CSV in UTF-8", got=f"after row {done}, {columns} columns"
        )

    def _on_ragged(self, row: Any) -> str:
        if self._ragged is None:
            self._ragged = (row.expected_columns, row.actual_columns, row.number or 0)
        return "error"

    def _header(self) -> list[str]:
        head = self._file.read(LONGEST_HEADER + 1).removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
        if not head:
            raise refused(Fault.EMPTY, "the table is empty", "a header and rows", got="0 rows")
        line = head.splitlines()[0]
        if len(line) == len(head) > LONGEST_HEADER - 3:
            count = line.count(self._delimiter.encode()) + 1
            if count > 2_000:
                got = f"more than {count - 1}"
                raise refused(Fault.TOO_MANY_COLUMNS, "too many columns", "at most 2000 columns", got=got)
            raise refused(Fault.HEADER_TOO_LONG, "the header is too long", f"at most {LONGEST_HEADER} bytes")
        try:
            return next(csv.reader([line.decode()], delimiter=self._delimiter, strict=True))
        except UnicodeDecodeError:
            raise refused(Fault.INVALID_UTF8, "the header is not UTF-8", "text in UTF-8") from None
        except csv.Error:
            raise refused(Fault.MALFORMED, "the header is not CSV", "a header in one line") from None


class Typed:
    """Parquet, its columns plain values."""

    spelled = False

    def __init__(self, file: BinaryIO) -> None:
        import pyarrow as pa
        import pyarrow.parquet as of

        self.close = file.close
        try:
            self._table = of.ParquetFile(file, pre_buffer=False)
            self._schema = self._table.schema_arrow
        except MemoryError:
            raise
        except (pa.ArrowException, OSError, ValueError):
            raise refused(Fault.MALFORMED, "the file is not a Parquet table", "a whole Parquet file") from None
        self.names: tuple[str, ...] = tuple(name.strip() for name in self._schema.names)
        self.rows: int = self._table.metadata.num_rows

    def batches(self, columns: Sequence[Column]) -> Iterator[list[Any]]:
        import pyarrow as pa

        for kind, column in zip(self._schema.types, columns, strict=True):
            require_type(kind, column)
        done = 0
        try:
            for batch in self._table.iter_batches(batch_size=ROWS, use_threads=False):
                yield batch.columns
                done += len(batch)
        except MemoryError:  # Arrow's own is one of its exceptions too
            raise
        except (pa.ArrowException, OSError, ValueError):
            raise refused(
                Fault.MALFORMED, "the Parquet table breaks off", "a whole Parquet file", got=f"after row {done}"
            ) from None
