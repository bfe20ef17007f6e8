"""Which captures of a subject are kept: the first, the newest, and some between."""

from __future__ import annotations

from collections.abc import Iterable


def superfluous(blocks: Iterable[int], between: int) -> list[int]:
    """Of the blocks of a subject's captures those that are given up, so that at most `between` stay between the first
    and the newest: each time the one whose neighbours are closest, so that what stays is spread over all."""
    kept, given_up = sorted(blocks), []
    while len(kept) > between + 2:
        place = min(range(1, len(kept) - 1), key=lambda one: kept[one + 1] - kept[one - 1])
        given_up.append(kept.pop(place))
    return given_up
