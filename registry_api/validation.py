"""The framework's validation errors as ours: which field, what came by type and length, what would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from ledger_node.described import described
from ledger_node.errors import (
    IdempotencyKeyMissing,
    InputError,
    InvalidDigest,
    InvalidField,
    InvalidId,
    InvalidPurpose,
    MedLedgerError,
)
from registry_api import problems

MOST_FIELDS = 20  # named in one answer
LISTS = ("purposes", "operations")
#: Errors whose message speaks of the rule alone. Others' may repeat what came.
OWN = ("block_or_time", "digest", "id", "purpose", "code", "time", "card", "condition")
SPEAKS_OF_THE_RULE = frozenset(OWN) | {
    "bool_type",
    "dict_type",
    "greater_than_equal",
    "less_than",
    "int_from_float",
    "int_parsing",
    "int_type",
    "less_than_equal",
    "list_type",
    "literal_error",
    "model_attributes_type",
    "multiple_of",
    "string_pattern_mismatch",
    "string_too_long",
    "string_too_short",
    "string_type",
    "string_unicode",
    "too_long",
    "too_short",
}


async def on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problems.respond(error_of(error.errors()))


def body_error(error: ValidationError) -> MedLedgerError:
    """The error of a body that was read outside a route, as the route would have said it."""
    return error_of([{**one, "loc": ("body", *one["loc"])} for one in error.errors()])


def error_of(found: Sequence[dict[str, Any]]) -> MedLedgerError:
    """The error for what pydantic found; the first decides, the header before all."""
    for one in found:
        if one["loc"][:2] == ("header", "Idempotency-Key"):
            return IdempotencyKeyMissing(
                "a write needs an idempotency key",
                got="none" if one["type"] == "missing" else described(one.get("input")),
                needed="Idempotency-Key: 1 to 128 visible ASCII characters",
            )
    first = found[0]
    fields = list(dict.fromkeys(path_of(one) for one in found))[:MOST_FIELDS]
    return _one(first, path_of(first), fields)


def _one(one: dict[str, Any], path: str, fields: list[str]) -> InputError:
    kind, got = one["type"], described(one.get("input"))
    rule = one["msg"] if kind in SPEAKS_OF_THE_RULE else "what /openapi.json says"
    if kind == "digest":
        return InvalidDigest(f"{path} is not a digest", got=got, needed=rule, field=path, fields=fields)
    if kind == "id":
        return InvalidId(f"{path} is not an id", got=got, needed=rule, field=path, fields=fields)
    if kind == "purpose":
        position = one["loc"][-1]
        where = {"position": position} if isinstance(position, int) else {}
        return InvalidPurpose(f"{path} is not in the list", got=got, needed=rule, field=path, **where)
    if kind == "too_short" and one["loc"][-1] in LISTS:
        return InvalidPurpose(f"{path} names nothing", got="an empty list", needed="at least one", field=path)
    if kind == "missing":
        return InvalidField(f"{path} is missing", got="nothing", needed="a value", field=path, fields=fields)
    if kind == "extra_forbidden":
        return InvalidField(
            f"{path} has a field that is not known",
            got=f"a name of {len(str(one['loc'][-1]))} characters",
            needed="only the fields in /openapi.json",
            field=path,
            fields=fields,
        )
    if kind == "union_tag_invalid":
        rule = f"one of {one['ctx']['expected_tags']}"
        return InvalidField(f"{path}.kind is not in the list", needed=rule, field=f"{path}.kind", fields=fields)
    return InvalidField(f"{path} is not acceptable", got=got, needed=rule, field=path, fields=fields)


def path_of(one: dict[str, Any]) -> str:
    """`body.inputs[2].consent`. The caller's own words (the name of an unknown field) are left out."""
    parts = one["loc"][:-1] if one["type"] == "extra_forbidden" else one["loc"]
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path
