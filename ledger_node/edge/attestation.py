"""What is said, in public, of how a version's records lost their identity. No file name, no value, no small number."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path

from ledger_node.edge.quarantine import Quarantine
from ledger_node.errors import DocumentTooLarge, ToolMissing
from ledger_node.proof.strict_json import Json, dump_canonical

FORMAT = "medledger-attestation/1"
SMALLEST_COUNT = 10
BELOW = "UNDER_10"
LARGEST = 256 * 1024  # bytes: one block of the blob store

Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


def rfc3339(time: datetime) -> str:
    """To the second, in UTC: `2026-11-22T01:02:03Z`."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(count: int) -> int | str:
    """A count as it may be shown: down to the ten, and `UNDER_10` below ten.

    Exact counts of what came in and what went out would give a small count of what stayed away by subtraction.
    """
    return BELOW if count < SMALLEST_COUNT else count - count % SMALLEST_COUNT


def counts(came: int, taken: int, quarantined: Iterable[Iterable[Quarantine]]) -> dict[str, Json]:
    """Counts in, out and by reason; a file with two reasons is counted under both."""
    by_reason = Counter(reason for reasons in quarantined for reason in reasons)
    return {
        "in": counted(came),
        "out": counted(taken),
        "quarantined": {reason.value: counted(by_reason[reason]) for reason in sorted(by_reason)},
    }


@cache
def own_tool() -> Json:
    """This software: its version and the digest of the sources of this package."""
    package = Path(__file__).parent
    return _tool("medledger", {file.relative_to(package).as_posix(): file for file in package.rglob("*.py")})


@cache
def tool(distribution: str) -> Json:
    """An installed package: name, version, and a digest over its Python files. Raises ToolMissing."""
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        raise ToolMissing(f"{distribution} is not installed", needed="the extra `edge`") from None
    return _tool(distribution, {file.as_posix(): Path(str(file.locate())) for file in files if file.suffix == ".py"})


def document(subject: str, body: Mapping[str, Json]) -> bytes:
    """The attestation in its one form (RFC 8785). Raises DocumentTooLarge beyond one block."""
    content = dump_canonical({"format": FORMAT, "subject": subject, **body})
    if len(content) > LARGEST:
        got = f"{len(content)} bytes"
        raise DocumentTooLarge("the attestation does not fit one block", got=got, needed=f"at most {LARGEST}")
    return content


def _tool(distribution: str, files: Mapping[str, Path]) -> Json:
    """The digest is sha-256 over lines `<sha-256 of the file> <its path in the package>`, sorted by path."""
    lines = "".join(f"{hashlib.sha256(files[name].read_bytes()).hexdigest()} {name}\n" for name in sorted(files))
    return {
        "name": distribution,
        "version": metadata.version(distribution),
        "digest": hashlib.sha256(lines.encode()).hexdigest(),
    }
