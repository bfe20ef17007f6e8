"""What leads to a thing and what comes of it: pure, ids in, ids out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping


def steps(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """From each id to those next to it."""
    found: dict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        found[source].append(target)
    return found


def reached(roots: Iterable[str], onward: Mapping[str, Iterable[str]]) -> set[str]:
    """The roots, and all that lies on from them."""
    found, waiting = set[str](), list(roots)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(onward.get(one, ()))
    return found
