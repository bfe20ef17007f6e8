"""Written reasons for what a bar lets pass: each must speak for something that is there, else it is a fault itself."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Judged(Generic[Key]):
    """`without` are the found things that no reason speaks for; `stale` the reasons that speak for nothing."""

    explained: list[Key]
    without: list[Key]
    stale: list[Key]


def read(path: Path, table: str, fields: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    """The keys that `path` gives reasons for: the named fields of each `[[table]]`, as often as its `count` says.

    ValueError for an entry with a field missing, unknown or empty: a reason that is not written is none.
    """
    if not path.exists():
        return Counter()
    found: Counter[tuple[str, ...]] = Counter()
    for place, entry in enumerate(tomllib.loads(path.read_text()).get(table, []), 1):
        where = f"{path.name}, [[{table}]] number {place}"
        extra = set(entry) - {*fields, "reason", "count"}
        if extra:
            raise ValueError(f"{where}: unknown field {', '.join(sorted(extra))}")
        lacking = [name for name in (*fields, "reason") if not str(entry.get(name, "")).strip()]
        if lacking:
            raise ValueError(f"{where}: needs {', '.join(lacking)}")
        key = tuple(str(entry[name]) for name in fields)
        if key in found:
            raise ValueError(f"{where}: has its reason already; raise `count` there")
        found[key] = int(entry.get("count", 1))
    return found


def judge(things: Iterable[Key], reasons: Counter[Key]) -> Judged[Key]:
    """Which things have their reason. A reason for more things than there are is stale."""
    found = Counter(things)
    return Judged(
        explained=sorted((found & reasons).elements(), key=str),
        without=sorted((found - reasons).elements(), key=str),
        stale=sorted((reasons - found).elements(), key=str),
    )
