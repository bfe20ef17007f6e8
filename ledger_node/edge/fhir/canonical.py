"""The digest of a FHIR record: the same however a server spells, orders, versions or narrates the resource.

The canonical form is FHIR's own `http://hl7.org/fhir/canonicalization/json#static` (R4 and R5, json.html#canonical):
the JSON of the resource without `Resource.meta` (lastUpdated, versionId, profiles, tags: they change as a resource
moves from server to server) and without the narrative `Resource.text`, in the order and spelling of RFC 8785. `id`
stays.

It departs from RFC 8785 in one point. That takes numbers for IEEE 754 doubles, and FHIR forbids it: a decimal's
precision is part of the value, 1.0 is not 1.00 (R4 and R5, datatypes.html#decimal). So a number is written as the
decimal that it is, by the rule *to-scientific-string* of the General Decimal Arithmetic specification, which is
Python's `str(Decimal)`: the digits as they came, an exponent only where it must be, `E` and its sign. `1.00e2` and
`100` are one value of one precision, and so one spelling; `1e2` has another precision and is `1E+2`. For integers of
up to 15 digits without exponent or negative zero, and for all that is no number, the form is RFC 8785's byte for byte.

Contained resources lose their `meta` and `text` too, though the policy lets none of them in.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

from ledger_node.edge.fhir.parsing import Broken, Resource
from ledger_node.edge.quarantine import Quarantine

VOLATILE = frozenset({"meta", "text"})


def record_digest(resource: Resource) -> bytes:
    """SHA-256 over the canonical form (32 bytes). Raises Broken(INVALID_UTF8) for a lone surrogate."""
    return hashlib.sha256(canonical(resource)).digest()


def canonical(resource: Resource) -> bytes:
    """The canonical form, UTF-8, of a resource as `parsing.parse` gives it. Raises Broken(INVALID_UTF8)."""
    try:
        return _written(resource).encode("utf-8")
    except UnicodeEncodeError:
        raise Broken(Quarantine.INVALID_UTF8) from None


def _written(value: Any) -> str:
    if isinstance(value, dict):
        leave = VOLATILE if "resourceType" in value else frozenset()
        plain = all(map(str.isascii, value))  # then code points are in the order of UTF-16's code units
        names = sorted((name for name in value if name not in leave), key=None if plain else _utf16)
        return "{" + ",".join(f"{_text(name)}:{_written(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Decimal):
        return str(value)
    return {None: "null", True: "true", False: "false"}[value]


#: RFC 8785, 3.2.2.2: the escapes of ECMAScript's JSON.stringify, which are Python's without `ensure_ascii`.
_text = json.JSONEncoder(ensure_ascii=False).encode


def _utf16(name: str) -> bytes:
    """RFC 8785, 3.2.3: names are sorted by their UTF-16 code units."""
    return name.encode("utf-16-be", "surrogatepass")
