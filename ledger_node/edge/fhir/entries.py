"""The entries of one file, in the child process: lines of ndjson, or the resources of a Bundle, plain or gzipped.

A child keeps the file open between two requests, so that a long file is read once; a fresh child finds its place again.
"""

from __future__ import annotations

import gzip
import os
import stat
from collections.abc import Iterator
from typing import IO, Any, cast

from ledger_node.edge.fhir.parsing import LARGEST_FILE, LARGEST_RESOURCE, Broken, parse, resource_of
from ledger_node.edge.quarantine import Quarantine

Entry = Any  # a resource, or the Broken that says why there is none
LINES = (".ndjson", ".ndjson.gz")
ENDINGS = (*LINES, ".json", ".json.gz")

_open: tuple[str, int, Iterator[Entry]] | None = None


def is_lines(name: str) -> bool:
    return name.lower().endswith(LINES)


def is_fhir(name: str) -> bool:
    """Whether a file's name ends as exports of FHIR do."""
    return name.lower().endswith(ENDINGS)


def entries_from(path: str, at: int) -> Iterator[Entry]:
    """The entries of a file from number `at` (0 is the first).

    A line that is none raises nothing: its Broken is the entry. Raises Broken for a file that cannot be read at all,
    and whatever gzip raises for a spoilt one. Links are not followed.
    """
    global _open
    if _open is not None and _open[:2] == (path, at):
        found = _open[2]
        _open = None
        return found
    _open = None
    return _lines(_opened(path), at) if is_lines(path) else _resources(_opened(path), at)


def keep_open(path: str, at: int, entries: Iterator[Entry]) -> None:
    """Remembers where a file is read on."""
    global _open
    _open = (path, at, entries)


def _opened(path: str) -> IO[bytes]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise Broken(Quarantine.UNREADABLE) from None
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise Broken(Quarantine.NOT_REGULAR_FILE)
    return cast(IO[bytes], gzip.GzipFile(fileobj=file)) if path.lower().endswith(".gz") else file


def _lines(file: IO[bytes], at: int) -> Iterator[Entry]:
    """Each line that is not blank, as an entry; before `at` they are only counted."""
    number = 0
    with file:
        while line := file.readline(LARGEST_RESOURCE + 2):
            if not line.strip():
                continue
            whole = line.endswith(b"\n") or len(line) < LARGEST_RESOURCE + 2
            while not whole:  # the rest of a line that is too long is passed over in pieces
                rest = file.readline(LARGEST_RESOURCE)
                whole = rest.endswith(b"\n") or not rest
                line = b""
            if number >= at:
                yield _parsed(line.strip()) if line else Broken(Quarantine.TOO_LARGE)
            number += 1


def _parsed(line: bytes) -> Entry:
    try:
        return resource_of(parse(line))
    except Broken as broken:
        return broken


def _resources(file: IO[bytes], at: int) -> Iterator[Entry]:
    """The resources of a Bundle, or the one resource that a file holds. Raises Broken for the file as a whole."""
    with file:
        content = file.read(LARGEST_FILE + 1)
    document = resource_of(parse(content, LARGEST_FILE))
    del content
    if document["resourceType"] != "Bundle":
        return iter([document][at:])
    listed = document.get("entry", [])
    if not isinstance(listed, list):
        raise Broken(Quarantine.MALFORMED_ELEMENT)
    return (_of_entry(entry) for entry in listed[at:])


def _of_entry(entry: Any) -> Entry:
    try:
        return resource_of(entry.get("resource") if isinstance(entry, dict) else None)
    except Broken as broken:
        return broken
