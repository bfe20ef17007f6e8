"""Times, spans and windows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ledger_node.errors import InvalidWindow

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


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


def as_of(text: str) -> int | datetime:
    """A block number, or a time as `past`."""
    return int(text) if re.fullmatch(r"[0-9]{1,16}", text) else past(text, "--as-of")


def past(text: str, option: str) -> datetime:
    """As `moment`, not in the future. InvalidWindow."""
    now = datetime.now(UTC).replace(microsecond=0)
    at = moment(text, now, option)
    if at > now:
        raise InvalidWindow(f"{option} lies in the future", got="a time to come", needed="now or before")
    return at


def future(text: str, option: str) -> datetime:
    """As `moment`, not in the past. InvalidWindow."""
    now = datetime.now(UTC).replace(microsecond=0)
    at = moment(text, now, option)
    if at <= now:
        raise InvalidWindow(f"{option} has passed", got="a time in the past", needed="a time to come, like 14d")
    return at


def span(text: str, option: str, longest: int) -> int:
    """A span such as 14d, 12h, 30m in seconds, at most `longest`. InvalidWindow."""
    found = re.fullmatch(r"(\d{1,6})([smhdw])", text)
    seconds = int(timedelta(**{_UNITS[found[2]]: int(found[1])}).total_seconds()) if found else 0
    if not 0 < seconds <= longest:
        raise InvalidWindow(
            f"{option} is not a span that can be used",
            got=f"{len(text)} characters",
            needed=f"a span like 14d or 12h, at most {longest // 86400}d",
        )
    return seconds


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
