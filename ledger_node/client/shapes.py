"""Does an answer have the shape that was agreed? One walk over the types; fields that are not known are let through."""

from __future__ import annotations

from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints, is_typeddict

from ledger_node.errors import NodeFailed

T = TypeVar("T")


def expect(shape: type[T], value: object, where: str = "answer") -> T:
    """`value` as `shape`. NodeFailed naming the first field that is missing or of another type, never its value."""
    _check(shape, value, where)
    return cast(T, value)


def _check(shape: Any, value: object, where: str) -> None:
    if shape is object or shape is Any:
        return
    if is_typeddict(shape):
        _check_fields(shape, value, where)
    elif (origin := get_origin(shape)) is list:
        for position, part in enumerate(cast(list[object], _of(list, value, where))):
            _check(get_args(shape)[0], part, f"{where}[{position}]")
    elif origin is dict:
        for key, part in cast(dict[str, object], _of(dict, value, where)).items():
            _check(get_args(shape)[1], part, f"{where}.{key}")
    elif isinstance(shape, UnionType):
        _check_union(shape, value, where)
    elif shape is NoneType:
        if value is not None:
            raise _unexpected(where, value, "null")
    else:
        _of(shape, value, where)


def _check_fields(shape: Any, value: object, where: str) -> None:
    fields = cast(dict[str, object], _of(dict, value, where))
    hints = _hints(shape)
    for name in sorted(shape.__required_keys__ - fields.keys()):
        raise NodeFailed(
            "the node's answer lacks a field", got=f"no {where}.{name}", needed="a node of this client's version"
        )
    for name, part in fields.items():
        if name in hints:
            _check(hints[name], part, f"{where}.{name}")


def _check_union(shape: UnionType, value: object, where: str) -> None:
    errors = []
    for one in get_args(shape):
        try:
            return _check(one, value, where)
        except NodeFailed as error:
            errors.append(error)
    raise errors[0]


def _of(kind: type, value: object, where: str) -> object:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _unexpected(where, value, kind.__name__)
    return value


def _unexpected(where: str, value: object, needed: str) -> NodeFailed:
    return NodeFailed(
        "the node's answer has a field of another type", got=f"{where}: {type(value).__name__}", needed=needed
    )


@lru_cache(maxsize=64)
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape)
