"""What others wrote, fit for a screen."""

from __future__ import annotations

from datetime import UTC, datetime

_LAST = 253_402_300_799  # the last second of the year 9999


def printable(text: str) -> str:
    """Without control characters: a name must not move a reader's cursor."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def short(word: str) -> str:
    """An id or digest for a table: its first and last digits."""
    return f"{word[:10]}…{word[-4:]}" if len(word) == 66 else printable(word)


def moment(time: int) -> str:
    """Unix seconds as date and time in UTC; the bare number for what no calendar holds."""
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%SZ}" if 0 <= time <= _LAST else f"second {time}"
