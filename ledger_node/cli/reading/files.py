"""Files that people name."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

from ledger_node import shallow
from ledger_node.errors import InvalidDocument, InvalidField, MedLedgerError

LARGEST = 256 << 20  # bytes


def read_bytes(file: Path, what: str) -> bytes:
    """All of a file or a pipe, `-` being standard input; one that does not end is refused."""
    try:
        with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        unreadable(f"the {what} file", error, "a file that can be read")
    if len(content) > LARGEST:
        raise InvalidField(f"the {what} file is too large", got=f"more than {LARGEST} bytes", needed="a shorter file")
    return content


def read_document(file: Path, what: str) -> dict[str, object]:
    """One JSON object. InvalidDocument for anything else, a duplicate key and NaN included."""
    content = read_bytes(file, what)
    try:
        parsed = shallow.loads(content, object_pairs_hook=_unique, parse_constant=_refuse)
    except ValueError as error:
        at = getattr(error, "pos", None)
        raise InvalidDocument(
            f"the {what} is not JSON",
            got=f"{len(content)} bytes" + (f", broken at {at}" if at is not None else ""),
            needed="one JSON object in UTF-8, no key twice",
        ) from None
    if not isinstance(parsed, dict):
        raise InvalidDocument(f"the {what} is not an object", got=type(parsed).__name__, needed="one JSON object")
    return parsed


def canonical(document: dict[str, object], what: str) -> bytes:
    """The document's one form (RFC 8785), whose digest the ledger keeps. InvalidDocument when it has none."""
    import rfc8785

    try:
        return rfc8785.dumps(document)  # type: ignore[arg-type]  # parsed from JSON
    except (ValueError, RecursionError):
        raise InvalidDocument(
            f"the {what} has no canonical form", got="a number beyond 2^53 or broken text", needed="RFC 8785"
        ) from None


def write_file(file: Path, content: bytes, *, private: bool = False) -> None:
    """All of it or nothing; what is private is for its owner's eyes."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        with open(part, "xb", opener=partial(os.open, mode=0o600 if private else 0o666)) as output:
            output.write(content)
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        unreadable("the output file", error, "a folder that exists and can be written")


def unreadable(what: str, error: OSError, needed: str) -> NoReturn:
    raise InvalidField(f"{what} cannot be used", got=type(error).__name__, needed=needed) from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _refuse(_: str) -> MedLedgerError:
    raise ValueError("not a number of JSON")
