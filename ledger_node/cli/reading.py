"""What people type and the files they name, as values; refused with what would do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

from ledger_node import shallow
from ledger_node.errors import (
    InvalidDigest,
    InvalidDocument,
    InvalidField,
    InvalidPurpose,
    InvalidWindow,
    MedLedgerError,
    UnknownGrantee,
)

if TYPE_CHECKING:
    from ledger_node.client import Client
    from ledger_node.domain.training import RunInput

Enumeration = TypeVar("Enumeration", bound=IntEnum | IntFlag)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_HEX = frozenset("0123456789abcdef")


# --- names


def name(kind: type[Enumeration], text: str, option: str) -> Enumeration:
    """A member by its name, in any case. InvalidPurpose or InvalidField lists the names and the nearest."""
    known = [member.name for member in kind if member.name]
    wanted = text.strip().upper().replace("-", "_")
    if wanted in known:
        return cast(Enumeration, kind[wanted])
    error = InvalidPurpose if issubclass(kind, IntFlag) else InvalidField
    nearest = get_close_matches(wanted, known, n=1, cutoff=0.5)
    got = f"a word of {len(text)} characters" + (f", nearest to {nearest[0]}" if nearest else "")
    raise error(f"{option} is not in the list", got=got, needed=", ".join(known))


def names(kind: type[IntFlag], texts: Iterable[str], option: str) -> int:
    """A mask of one or more names."""
    mask = 0
    for text in texts:
        mask |= name(kind, text, option)
    if not mask:
        raise InvalidPurpose(f"{option} is missing", got="none", needed=f"at least one {option}")
    return mask


def complete(kind: type[IntEnum] | type[IntFlag]) -> Callable[[str], list[str]]:
    """Completion for a shell."""

    def matching(incomplete: str) -> list[str]:
        return [member.name for member in kind if member.name and member.name.startswith(incomplete.upper())]

    return matching


# --- words


def digest(text: str, option: str) -> str:
    """32 bytes as 0x-hex. InvalidDigest."""
    if len(text) != 66:
        raise InvalidDigest(
            f"{option} has another length", got=f"{len(text)} characters", needed="0x and 64 hex digits (32 bytes)"
        )
    if not text.startswith("0x") or not _HEX.issuperset(text[2:]):
        raise InvalidDigest(f"{option} is not hex", got="other characters", needed="0x and 64 lowercase hex digits")
    return text


def digest_or_file(text: str, option: str) -> str:
    """A digest as it is, or the sha-256 of the file that was named. The file is hashed, never opened as anything."""
    if text.startswith("0x"):
        return digest(text, option)
    try:
        with Path(text).open("rb") as file:
            return "0x" + hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        _unreadable(option, error, "a file, or a digest: 0x and 64 hex digits")


def versions(text: str) -> tuple[int, int | None]:
    """`1:` is 1 and all later ones, `1:3` the first three, `2` the second alone, `:3` up to the third."""
    first, colon, last = text.partition(":")
    if not (first or "1").isdecimal() or not (last or "1").isdecimal() or not (first or last):
        raise InvalidField("the versions cannot be read", got=f"{len(text)} characters", needed="1: or 1:3 or 2")
    lowest = int(first or 1)
    highest = int(last) if last else None if colon else lowest
    if lowest < 1 or (highest is not None and highest < lowest):
        raise InvalidField("the versions are no range", got=f"{lowest} to {highest}", needed="1 or more, rising")
    return lowest, highest


def run_input(text: str) -> RunInput:
    """`DATASET:VERSION:CONSENT`."""
    from ledger_node.domain.training import RunInput

    parts = text.split(":")
    if len(parts) != 3 or not parts[1].isdecimal():
        raise InvalidField(
            "an input cannot be read", got=f"{len(parts)} parts", needed="DATASET:VERSION:CONSENT, like 0x…:1:0x…"
        )
    return RunInput(digest(parts[0], "the input's dataset"), int(parts[1]), digest(parts[2], "the input's consent"))


# --- times


def moment(text: str, base: datetime, option: str) -> datetime:
    """RFC 3339, a date (its midnight in UTC), `now`, or a span after `base` such as 365d, 12h, 30m, 2w, 90s."""
    if text == "now":
        return datetime.now(UTC).replace(microsecond=0)
    try:
        if span := re.fullmatch(r"(\d{1,9})([smhdw])", text):
            return base + timedelta(**{_UNITS[span[2]]: int(span[1])})
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise InvalidWindow(
            f"{option} is not a time",
            got=f"{len(text)} characters",
            needed="2026-11-22T01:02:03Z, a date, or a span like 365d",
        ) from None
    if at.tzinfo is None:
        if len(text) > 10:
            raise InvalidWindow(f"{option} has no zone", got="a time without zone", needed="Z or an offset at its end")
        at = at.replace(tzinfo=UTC)
    return at.astimezone(UTC).replace(microsecond=0)


def window(begin: str, end: str) -> tuple[datetime, datetime]:
    """`--from` and `--until`: not empty, not past, ten years at most. InvalidWindow."""
    from ledger_node.domain.consent import LONGEST_WINDOW

    now = datetime.now(UTC).replace(microsecond=0)
    first = moment(begin, now, "--from")
    last = moment(end, first, "--until")
    if last <= first:
        raise InvalidWindow("the window is empty", got="--until not after --from", needed="--until after --from")
    if last <= now:
        raise InvalidWindow("the window has passed", got="--until in the past", needed="--until in the future")
    if (last - first).total_seconds() > LONGEST_WINDOW:
        raise InvalidWindow("the window is too long", got=f"{(last - first).days} days", needed="at most 3650 days")
    return first, last


# --- organisations


def organisation(node: Client, text: str, option: str) -> int:
    """A number as it is, or the number of the member with exactly this name. UnknownGrantee names the members."""
    if text.isdecimal():
        return int(text)
    members = [(member["number"], member["name"]) for member in node.organisations.all()]
    found = [number for number, called in members if called == text]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidField(f"{option} is not one organisation", got=f"{len(found)} of this name", needed="a number")
    some = "; ".join(f"{number} {called}" for number, called in members[:8])
    raise UnknownGrantee(
        f"{option} is not a member of the consortium",
        got=f"a name of {len(text)} characters",
        needed=f"a number or an exact name: {some}" + (" …" if len(members) > 8 else ""),
    )


# --- files


def read_bytes(file: Path, what: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _unreadable(f"the {what} file", error, "a file that can be read")


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


def write_file(file: Path, content: bytes) -> None:
    """All of it or nothing."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        _unreadable("the output file", error, "a folder that exists and can be written")


def _unreadable(what: str, error: OSError, needed: str) -> NoReturn:
    raise InvalidField(f"{what} cannot be used", got=type(error).__name__, needed=needed) from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _refuse(_: str) -> MedLedgerError:
    raise ValueError("not a number of JSON")
