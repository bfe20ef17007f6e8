"""What a projection is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: An event's arguments, by their Solidity names.
Args = dict[str, Any]
#: A table's name without its prefix, and a row for it without its position.
Fact = tuple[str, dict[str, Any]]
Projection = Callable[[Args], list[Fact]]


def nothing(_: Args) -> list[Fact]:
    return []


def scope(s: Args) -> dict[str, Any]:
    """The columns of a `Scope`, or of whatever has its four fields."""
    return {
        "purposes": s["purposes"],
        "regions": s["regions"],
        "condition": s["condition"],
        "project_ref": s["projectRef"],
    }
