"""Reading a JSON body that can be read in one way only."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from ledger_node.errors import InvalidField
from ledger_node.shallow import DEEPEST, is_shallow

MAX_SAFE = 2**53 - 1  # the largest whole number that JSON carries without loss (RFC 8785)


def parse(content: bytes, *, exact: bool = True) -> Any:
    """The JSON value of a body. InvalidField for bytes that are not UTF-8, lone surrogates, duplicate keys, NaN, what
    double precision cannot hold, and nesting deeper than DEEPEST.

    `exact` refuses numbers beyond 2^53 - 1 as well, which other readers of JSON may round.
    """
    if not is_shallow(content):
        raise _broken(content, f"nested deeper than {DEEPEST}")
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=_within if exact else _finite,
            parse_int=_exact if exact else int,
            parse_constant=_refuse,
        )
        if b"\\ud" in content or b"\\uD" in content:  # only an escape can make a surrogate
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except UnicodeEncodeError:
        raise _broken(content, "half a surrogate pair") from None
    except UnicodeDecodeError as error:
        raise _broken(content, f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise _broken(content, f"not JSON at character {error.pos}") from None
    except _Ambiguous as error:
        raise _broken(content, str(error)) from None
    except ValueError:
        raise _broken(content, "a number beyond reason") from None


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


def _within(text: str) -> float:
    number = _finite(text)
    if abs(number) > MAX_SAFE:
        raise _Ambiguous("a number beyond 2^53 - 1")
    return number


def _exact(text: str) -> int:
    if len(text) > 17 or abs(number := int(text)) > MAX_SAFE:
        raise _Ambiguous("a number beyond 2^53 - 1")
    return number


def _refuse(_: str) -> NoReturn:
    raise _Ambiguous("a number that is not finite")
