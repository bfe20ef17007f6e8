"""A FHIR Period at a moment, read twice: when it surely holds, and when it may hold.

A date without a time and a zone (`2026-03`) begins and ends somewhere between the world's first and last midnight. What
permits must surely hold; what denies need only be possible. An end without a time includes its whole day, month or year
(datatypes.html#Period).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

EAST, WEST = timedelta(hours=14), timedelta(hours=12)  # the offsets of the first and the last midnight from UTC's
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_DATE_TIME = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)(?P<time>T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?)?)?",
    re.ASCII,
)


class BadPeriod(ValueError):
    """No period, or one that ends before it begins. Holds no value."""


@dataclass(frozen=True, slots=True)
class Held:
    """Whether a rule is in force at a moment: `surely`, and `possibly`."""

    surely: bool
    possibly: bool

    def within(self, outer: Held) -> Held:
        """This rule as a part of another one."""
        return Held(self.surely and outer.surely, self.possibly and outer.possibly)


ALWAYS = Held(True, True)


def held(period: Any, at: datetime) -> Held:
    """A Period (None for none, which always holds) at a moment with a zone. Raises BadPeriod."""
    if period is None:
        return ALWAYS
    if not isinstance(period, dict) or not period or period.keys() - {"start", "end", "id", "extension"}:
        raise BadPeriod
    starts = _bounds(period["start"], False) if "start" in period else (_FIRST, _FIRST)
    ends = _bounds(period["end"], True) if "end" in period else (_LAST, _LAST)
    if starts[0] > ends[1]:
        raise BadPeriod
    return Held(starts[1] <= at < ends[0], starts[0] <= at < ends[1])


def _bounds(spelled: Any, whole: bool) -> tuple[datetime, datetime]:
    """The earliest and the latest moment that a date may mean; with `whole` the moment after all of it."""
    found = _DATE_TIME.fullmatch(spelled) if isinstance(spelled, str) else None
    if found is None:
        raise BadPeriod
    try:
        if found["time"]:
            moment = datetime.fromisoformat(spelled).astimezone(UTC)
            moment = moment + timedelta(seconds=1) if whole else moment
            return moment, moment
        year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
        midnight = datetime(year, month, day, tzinfo=UTC)
        days = 1 if found["day"] else monthrange(year, month)[1] if found["month"] else 366 - (not _leap(year))
    except OverflowError:
        return (_LAST, _LAST) if spelled.startswith("9999") else (_FIRST, _FIRST)
    except ValueError:
        raise BadPeriod from None
    after = _moved(midnight, timedelta(days=days)) if whole else midnight
    return _moved(after, -EAST), _moved(after, WEST)


def _leap(year: int) -> bool:
    return monthrange(year, 2)[1] == 29


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:  # 9999-12-31 is how systems spell "without end"
        return _LAST if by > timedelta() else _FIRST
