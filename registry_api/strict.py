"""Reading a JSON body that can be read in one way only."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from ledger_node.errors import InvalidDocument, InvalidField
from ledger_node.proof.strict_json import dump_canonical


def parse(content: bytes) -> Any:
    """The JSON value of a body. InvalidField for bytes that are not UTF-8, duplicate keys, NaN, numbers beyond double
    precision's range, and nesting that no parser can follow.
    """
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse
        )
    except UnicodeDecodeError as error:
        raise _broken(content, f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise _broken(content, f"not JSON at character {error.pos}") from None
    except _Ambiguous as error:
        raise _broken(content, str(error)) from None
    except (ValueError, RecursionError):
        raise _broken(content, "a number or a nesting beyond reason") from None


def canonical(value: Any) -> bytes:
    """The RFC 8785 form of a body or a part of it. InvalidDocument when it has none."""
    try:
        return dump_canonical(value)
    except RecursionError:
        raise InvalidDocument("JSON is nested too deeply", needed="a flatter document") from None


def require_json_type(headers: Mapping[str, str]) -> None:
    """InvalidField unless the body claims to be JSON, so that no form of a foreign page is ever taken for a request."""
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise InvalidField(
            "the body is not declared as JSON",
            got=f"a content type of {len(kind)} characters" if kind else "no content type",
            needed="Content-Type: application/json",
            field="body",
        )


class _Ambiguous(ValueError):
    pass


def _broken(content: bytes, got: str) -> InvalidField:
    return InvalidField(
        "the body cannot be read",
        got=f"{len(content)} bytes, {got}",
        needed="strict JSON: UTF-8, each key once, finite numbers",
        field="body",
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Ambiguous("a key twice in one object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Ambiguous("a number that is not finite")
    return number


def _refuse(_: str) -> NoReturn:
    raise _Ambiguous("a number that is not finite")
