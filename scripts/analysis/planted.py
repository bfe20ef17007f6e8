"""Planted bugs: small changes of the contracts that a proof must refute, so that a proof which cannot fail is seen."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FIELDS = {"bug", "file", "before", "after", "refutes"}


@dataclass(frozen=True, slots=True)
class Planted:
    """One bug: `before` stands once in `file` and becomes `after`; each proof named in `refutes` must then fail."""

    bug: str
    file: str
    before: str
    after: str
    refutes: tuple[str, ...]


def read(path: Path) -> list[Planted]:
    """The `[[planted]]` bugs of `path`. ValueError for one with a field missing or unknown."""
    found = []
    for place, entry in enumerate(tomllib.loads(path.read_text()).get("planted", []), 1):
        if set(entry) != FIELDS:
            raise ValueError(f"{path.name}, bug {place}: needs exactly {', '.join(sorted(FIELDS))}")
        found.append(
            Planted(entry["bug"], entry["file"], entry["before"], entry["after"], refutes=tuple(entry["refutes"]))
        )
    return found


def apply(bug: Planted, text: str) -> str:
    """`text` with the bug in it. ValueError when the place is gone or no longer the only one: renew the bug then."""
    places = text.count(bug.before)
    if places != 1:
        raise ValueError(f"planted bug {bug.bug!r}: its place is found {places} times in {bug.file}, and must be once")
    return text.replace(bug.before, bug.after)
