"""JSON as evidence needs it: one value has one spelling (RFC 8785), and nothing that could be read in two ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

import rfc8785

from ledger_node import shallow
from ledger_node.errors import InvalidDocument

#: The largest number that JSON carries without loss (RFC 8785, section 3.2.2.3).
MAX_SAFE = 2**53 - 1

#: So many that what they take in memory, once they are read, is bounded too: three bytes can be an object.
MOST_VALUES = 2_000_000

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def parse(content: bytes, most: int) -> Json:
    """The value of JSON of at most `most` bytes.

    Raises InvalidDocument for a duplicate key, NaN, a fraction or exponent, a number of absurd length, bytes that are
    not UTF-8, nesting too deep.
    """
    return _parsed(content, most, int)


def parse_canonical(content: bytes, most: int) -> Json:
    """As `parse`, and raises InvalidDocument unless the bytes are the value's one form (RFC 8785).

    So spaces, another order of keys, another escape, a number beyond 2^53 - 1 and a lone surrogate are refused as well.
    """
    value = _parsed(content, most, _safe)
    if _spelt(value) != content:
        raise InvalidDocument("JSON is not in its canonical form", got=f"{len(content)} bytes", needed="RFC 8785")
    return value


def dump_canonical(value: Json) -> bytes:
    """The RFC 8785 form. Raises InvalidDocument for what has none (a number beyond 2^53 - 1, a lone surrogate)."""
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as failure:
        raise InvalidDocument("no canonical form", got=type(value).__name__, needed="RFC 8785") from failure


def _parsed(content: bytes, most: int, integer: Callable[[str], int]) -> Json:
    if len(content) > most:
        raise InvalidDocument("JSON is too long", got=f"{len(content)} bytes", needed=f"at most {most}")
    values = sum(map(content.count, (b",", b"[", b"{")))
    if values > MOST_VALUES:
        raise InvalidDocument("JSON has too many values", got=f"up to {values}", needed=f"at most {MOST_VALUES}")
    try:
        value: Json = shallow.loads(
            content,
            object_pairs_hook=unique,
            parse_float=_refuse,
            parse_int=integer,
            parse_constant=_refuse,
        )
    except ValueError as failure:
        raise InvalidDocument("not strict JSON", got=f"{len(content)} bytes", needed="JSON") from failure
    return value


def _spelt(value: Json) -> bytes | None:
    """The RFC 8785 form of a value whose numbers are all safe; None for one that has none.

    Python's own writer takes a fifth of the time. Without fractions it differs in one thing: it sorts keys by code
    points and not by UTF-16 units, which is another order only where a character needs two units.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    try:
        if len(text.encode("utf-16-le")) == 2 * len(text):
            return text.encode()
    except UnicodeEncodeError:
        return None
    return dump_canonical(value)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's members. ValueError when a key comes twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _safe(digits: str) -> int:
    number = int(digits)
    if abs(number) > MAX_SAFE:
        raise ValueError("a number that JSON does not carry without loss")
    return number


def _refuse(_: str) -> NoReturn:
    raise ValueError("not an integer")
