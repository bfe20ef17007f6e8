"""Strict readers and writers between JSON and frozen dataclasses. Unknown and missing keys are refused.

A codec reads one JSON value, raising InvalidField or InvalidDigest with the path of what is wrong, and writes it back
to the very same value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from ledger_node.errors import InputError, InvalidField
from ledger_node.proof.hashing import parse_hex, parse_hex_any, to_hex
from ledger_node.proof.strict_json import MAX_SAFE, Json

T = TypeVar("T")
Shape = dict[str, Json]
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """How one kind of value is read and written. `shape` says as much of it as JSON Schema (2020-12) can say."""

    read: Callable[[object], T]
    write: Callable[[T], Json]
    shape: Shape


def uint(bits: int) -> Codec[int]:
    """A whole number of at most `bits` bits, and at most 2^53 - 1."""
    most = min((1 << bits) - 1, MAX_SAFE)

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise InvalidField("not such a number", got=type(value).__name__, needed=f"0 to {most}")
        return value

    return Codec(read, lambda value: value, {"type": "integer", "minimum": 0, "maximum": most})


def octets(length: int) -> Codec[bytes]:
    """`length` bytes as strict hex."""
    return Codec(
        lambda value: parse_hex(value, length),
        to_hex,
        {"type": "string", "pattern": f"^0x[0-9a-f]{{{2 * length}}}$"},
    )


def octets_any(most: int) -> Codec[bytes]:
    """Zero to `most` bytes as strict hex."""
    shape: Shape = {"type": "string", "pattern": "^0x([0-9a-f]{2})*$", "maxLength": 2 + 2 * most}
    return Codec(lambda value: parse_hex_any(value, most), to_hex, shape)


def text(most: int) -> Codec[str]:
    """1 to `most` bytes of UTF-8."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise InvalidField("not text", got=type(value).__name__, needed="a string")
        try:
            size = len(value.encode())
        except UnicodeEncodeError as failure:
            raise InvalidField("text has a lone surrogate", got="a string", needed="UTF-8") from failure
        if not 1 <= size <= most:
            raise InvalidField("text of the wrong length", got=f"{size} bytes", needed=f"1 to {most} bytes")
        return value

    return Codec(read, lambda value: value, {"type": "string", "minLength": 1, "maxLength": most})


def constant(only: str) -> Codec[str]:
    """Exactly this string."""

    def read(value: object) -> str:
        if value != only:
            raise InvalidField("another constant", got=type(value).__name__, needed=only)
        return only

    return Codec(read, lambda value: value, {"const": only})


def one_of(kind: type[E]) -> Codec[E]:
    """A member of an enumeration, by its name in JSON."""

    def read(value: object) -> E:
        found = next((member for member in kind if member.value == value), None)
        if found is None:
            raise InvalidField("not one of the list", got=type(value).__name__, needed=", ".join(kind))
        return found

    return Codec(read, lambda value: value.value, {"enum": [member.value for member in kind]})


def _read_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidField("not a truth value", got=type(value).__name__, needed="true or false")
    return value


boolean: Codec[bool] = Codec(_read_bool, lambda value: value, {"type": "boolean"})


def maybe(one: Codec[T]) -> Codec[T | None]:
    """A value, or null."""
    return Codec(
        lambda value: None if value is None else one.read(value),
        lambda value: None if value is None else one.write(value),
        {"oneOf": [{"type": "null"}, one.shape]},
    )


def many(one: Codec[T], most: int) -> Codec[tuple[T, ...]]:
    """A list of at most `most` values."""

    def read(value: object) -> tuple[T, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise InvalidField("not such a list", got=type(value).__name__, needed=f"a list of at most {most}")
        return tuple(_at(str(position), one, part) for position, part in enumerate(value))

    return Codec(
        read,
        lambda value: [one.write(part) for part in value],
        {"type": "array", "maxItems": most, "items": one.shape},
    )


def rising(one: Codec[T], most: int, key: Callable[[T], Any]) -> Codec[tuple[T, ...]]:
    """A list in strictly rising order of `key`, so that it has one form and no duplicates."""
    plain = many(one, most)

    def read(value: object) -> tuple[T, ...]:
        found = plain.read(value)
        keys = [key(part) for part in found]
        if any(keys[n] >= keys[n + 1] for n in range(len(keys) - 1)):
            raise InvalidField("list is out of order", got=f"{len(keys)} entries", needed="strictly rising")
        return found

    return Codec(read, plain.write, plain.shape | {"uniqueItems": True})


def record(build: Callable[..., T], fields: Mapping[str, Codec[Any]], optional: Collection[str] = ()) -> Codec[T]:
    """An object with exactly these keys: the dataclass's field names, written in camelCase.

    A field that is `optional` has None when its key is missing, and no key when it is None.
    """
    keys = {camel(name): name for name in fields}
    spare = {camel(name) for name in optional}

    def read(value: object) -> T:
        if not isinstance(value, dict) or value.keys() | spare != keys.keys():
            raise InvalidField("not such an object", got=type(value).__name__, needed=f"the keys {', '.join(keys)}")
        return build(**{keys[key]: _at(key, fields[keys[key]], part) for key, part in value.items()})

    def write(value: T) -> Json:
        parts = {key: getattr(value, name) for key, name in keys.items()}
        kept = {key: part for key, part in parts.items() if key not in spare or part is not None}
        return {key: fields[keys[key]].write(part) for key, part in kept.items()}

    shape: Shape = {
        "type": "object",
        "properties": {key: fields[name].shape for key, name in keys.items()},
        "required": [key for key in keys if key not in spare],
        "additionalProperties": False,
    }
    return Codec(read, write, shape)


def camel(name: str) -> str:
    """`parent_hash` is `parentHash` in JSON."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _at(place: str, codec: Codec[T], value: object) -> T:
    """Reads, and puts the place before the path of a failure."""
    try:
        return codec.read(value)
    except InputError as failure:
        raise type(failure)(f"{place}.{failure.detail}", got=failure.got, needed=failure.needed) from failure
