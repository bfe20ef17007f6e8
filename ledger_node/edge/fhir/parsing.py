"""JSON of FHIR resources, read so that two readers cannot see two things in it. Numbers keep their precision."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from ledger_node.edge.quarantine import Quarantine
from ledger_node.shallow import is_shallow

LARGEST_RESOURCE = 4 << 20  # bytes: an ImagingStudy of some 20,000 instances
LARGEST_FILE = 64 << 20  # bytes of one Bundle, unpacked; ndjson has no such limit

Resource = dict[str, Any]
_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)


class Broken(Exception):
    """What was read is no resource. Holds the reason, never a piece of the content."""

    def __init__(self, reason: Quarantine) -> None:
        super().__init__(reason.value)
        self.reason = reason


def parse(content: bytes, most: int = LARGEST_RESOURCE) -> Any:
    """The value of JSON (RFC 8259) of at most `most` bytes; every number is a Decimal, spelled digits and all.

    Raises Broken with TOO_LARGE, INVALID_UTF8, TOO_DEEP, DUPLICATE_KEY, INVALID_NUMBER or NOT_FHIR.
    """
    if len(content) > most:
        raise Broken(Quarantine.TOO_LARGE)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Broken(Quarantine.INVALID_UTF8) from None
    if not is_shallow(content):
        raise Broken(Quarantine.TOO_DEEP)
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_int=_number, parse_float=_number, parse_constant=_no_number
        )
    except ValueError:
        raise Broken(Quarantine.NOT_FHIR) from None


def resource_of(value: Any) -> Resource:
    """The value as a resource: an object with a resourceType. Raises Broken(NOT_FHIR)."""
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise Broken(Quarantine.NOT_FHIR)
    return value


def _number(spelled: str) -> Decimal:
    if not _NUMBER.fullmatch(spelled):
        raise Broken(Quarantine.INVALID_NUMBER)
    return Decimal(spelled)


def _no_number(_: str) -> NoReturn:
    raise Broken(Quarantine.INVALID_NUMBER)


def _unique(pairs: list[tuple[str, Any]]) -> Resource:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Broken(Quarantine.DUPLICATE_KEY)
    return found
