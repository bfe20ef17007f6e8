"""How an error tells what came: by type and length, never by value."""

from __future__ import annotations


def described(value: object) -> str:
    """What came, by type and length."""
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return f"text of {len(value)} characters"
        case list() | tuple():
            return f"a list of {len(value)}"
        case dict():
            return f"an object of {len(value)} fields"
        case bytes():
            return f"{len(value)} bytes"
        case _:
            return "something else"
