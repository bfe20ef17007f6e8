"""Numbers that have a meaning: diseases, privacy losses, thresholds, de-identification options."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from ledger_node.errors import InvalidField

MILLIONTHS = 1_000_000  # of epsilon, in which privacy losses are charged
MOST_EPSILON = 2**40 - 1  # in millionths


def condition(text: str | None) -> int:
    """The number of `MONDO:0007254`; 0 for None."""
    if text is None:
        return 0
    found = re.fullmatch(r"(?:MONDO[:_])?([0-9]{7})", text.strip().upper())
    if found is None or int(found[1]) == 0:
        raise InvalidField(
            "--condition is not a disease of MONDO",
            got=f"{len(text)} characters",
            needed="MONDO: and seven digits, like MONDO:0007254",
        )
    return int(found[1])


def epsilon(text: str, option: str = "--epsilon") -> int:
    """A privacy loss like 0.5 in millionths, exactly: nothing is rounded."""
    try:
        millionths = Decimal(text) * MILLIONTHS
        exact = millionths == millionths.to_integral_value() and 0 <= millionths <= MOST_EPSILON
    except (InvalidOperation, OverflowError):
        exact = False
    if not exact or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise InvalidField(
            f"{option} is not a privacy loss",
            got=f"{len(text)} characters",
            needed=f"epsilon as a decimal with at most six places, 0 to {MOST_EPSILON // MILLIONTHS}, like 0.5",
        )
    return int(millionths)


def share(text: str, option: str) -> int:
    """A threshold in percent like 66.67 as ten-thousandths. InvalidField unless 50 to 99.99."""
    from ledger_node.domain.organisation import GREATEST_SHARE, LEAST_SHARE

    found = re.fullmatch(r"([0-9]{2})(?:\.([0-9]{1,2}))?", text.removesuffix("%").strip())
    made = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else 0
    if not LEAST_SHARE <= made <= GREATEST_SHARE:
        raise InvalidField(
            f"{option} is not a threshold",
            got=f"{len(text)} characters",
            needed="a percentage that must be exceeded, 50 to 99.99, at most two places, like 66.66",
        )
    return made


def options(codes: Iterable[int] | None, option: str, *, clean: bool) -> tuple[int, ...]:
    """Codes of CID 7050: the Clean options, which can be required, or the Retain options, which can be forbidden."""
    from ledger_node.domain.dataset import CLEAN_OPTIONS, options_of

    given = tuple(dict.fromkeys(codes or ()))
    every = (1 << 13) - 1
    allowed = options_of(CLEAN_OPTIONS if clean else every & ~CLEAN_OPTIONS)
    if unknown := [code for code in given if code not in allowed]:
        raise InvalidField(
            f"{option} takes no such code",
            got=f"{unknown[0]}",
            needed=f"{'a Clean' if clean else 'a Retain'} option of CID 7050: {allowed[0]} to {allowed[-1]}",
        )
    return given
