"""What a caller gives, put into the wire's form and refused early when it has no such form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, IntFlag
from typing import Literal, TypedDict

from ledger_node.domain.codes import Operation, Region, names_of
from ledger_node.domain.dataset import Parent
from ledger_node.domain.scope import NO_PROJECT, Scope
from ledger_node.domain.training import RunInput as Input
from ledger_node.errors import InvalidDigest, InvalidField, InvalidId, InvalidPurpose, MedLedgerError

__all__ = [
    "ANYWHERE",
    "AsOf",
    "Document",
    "Input",
    "Json",
    "Parent",
    "Scope",
    "Selected",
    "address",
    "card_fields",
    "condition",
    "digest",
    "digests",
    "document_fields",
    "id_",
    "ids",
    "inputs",
    "mask",
    "named",
    "one",
    "parents",
    "scope_body",
    "selection",
    "time",
    "times",
]

Json = dict[str, object]
#: What a read may answer as of: the end of a block, or the last block that was made by a time (with a zone).
AsOf = int | datetime
#: No region: permits any in a consent, names none in a scope.
ANYWHERE = Region(0)
_HEX = frozenset("0123456789abcdef")


class Selected(TypedDict, total=False):
    """What all lists may be asked for: as of when, from which end, and recorded in which stretch of blocks or times."""

    as_of: AsOf | None
    order: Literal["oldest", "newest"] | None
    since: AsOf | None
    until: AsOf | None


class Searched(Selected, total=False):
    """What lists of things with public cards may be asked for: the words of the card, with * for the end of a word."""

    text: str | None


def searching(searched: Searched, **filters: str | int | None) -> dict[str, str | int | datetime | None]:
    """As a query."""
    return selection(searched, text=searched.get("text"), **filters)


def selection(selected: Selected, **filters: str | int | None) -> dict[str, str | int | datetime | None]:
    """As a query."""
    return {
        "asOf": selected.get("as_of"),
        "order": selected.get("order"),
        "since": selected.get("since"),
        "until": selected.get("until"),
        **filters,
    }


def named(code: Enum | None) -> str | None:
    return None if code is None else code.name


@dataclass(frozen=True, slots=True)
class Document:
    """A public card or notice: the document itself, or the digest (0x-hex) of one that is already stored."""

    content: Json | None = None
    digest: str | None = None


def id_(text: str, what: str) -> str:
    """An id as it is. InvalidId says what came by its form alone."""
    return _words(text, InvalidId, f"the id of a {what}")


def digest(text: str, what: str) -> str:
    """A sha-256 as 0x-hex. InvalidDigest."""
    return _words(text, InvalidDigest, f"the digest of a {what}")


def address(text: str) -> str:
    """The address of a key as it is, in any case. InvalidField."""
    if len(text) != 42 or not text.startswith("0x") or not _HEX.issuperset(text[2:].lower()):
        raise InvalidField(
            "the address of a key has another form", got=f"{len(text)} characters", needed="0x and 40 hex digits"
        )
    return text


def ids(text: str | None, what: str) -> str | None:
    return None if text is None else id_(text, what)


def digests(text: str | None, what: str) -> str | None:
    return None if text is None else digest(text, what)


def _words(text: str, error: type[MedLedgerError], what: str) -> str:
    if len(text) != 66:
        raise error(f"{what} has another length", got=f"{len(text)} characters", needed="0x and 64 hex digits")
    if not text.startswith("0x") or not _HEX.issuperset(text[2:]):
        raise error(f"{what} is not hex", got="other characters", needed="0x and 64 lowercase hex digits")
    return text


def time(at: datetime) -> str:
    """RFC 3339 in UTC, whole seconds (the chain has no smaller ones). InvalidField without a time zone."""
    if at.tzinfo is None:
        raise InvalidField("a time has no zone", got="a naive time", needed="a time in UTC or with an offset")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def times(at: datetime | None) -> str | None:
    return None if at is None else time(at)


def mask(flags: IntFlag) -> list[str]:
    """The names in a mask."""
    return names_of(flags)


def one(operation: Operation) -> str:
    """The name of exactly one operation. InvalidPurpose for none or several."""
    names = names_of(operation)
    if len(names) != 1:
        raise InvalidPurpose("exactly one operation is needed", got=f"{len(names)} operations", needed="one")
    return names[0]


def condition(number: int) -> str | None:
    """`MONDO:0007254` for 7254, None for 0. InvalidField beyond seven digits."""
    if not 0 <= number < 10**7:
        raise InvalidField("a disease has another number", got=f"{number}", needed="a MONDO number, 0 for none")
    return f"MONDO:{number:07d}" if number else None


def scope_body(scope: Scope) -> Json:
    return {
        "purposes": mask(scope.purposes),
        "regions": mask(scope.regions),
        "condition": condition(scope.condition),
        "projectRef": None if scope.project_ref == NO_PROJECT else digest(scope.project_ref, "project"),
    }


def card_fields(card: Document) -> Json:
    """`{"card": …}` or `{"cardDigest": …}`."""
    return document_fields(card, "card")


def document_fields(document: Document, name: str) -> Json:
    """`{name: …}` or `{nameDigest: …}`."""
    if document.content is not None:
        return {name: document.content}
    if document.digest is None:
        raise InvalidField(f"a {name} is missing", got="neither a document nor a digest", needed="one of the two")
    return {f"{name}Digest": digest(document.digest, name)}


def inputs(used: Sequence[Input]) -> list[Json]:
    return [
        {
            "dataset": id_(part.dataset, "dataset"),
            "version": part.version,
            "consent": id_(part.consent, "consent"),
            "operation": one(part.operation),
        }
        for part in used
    ]


def parents(versions: Sequence[Parent]) -> list[Json]:
    return [
        {
            "dataset": id_(part.dataset, "dataset"),
            "version": part.version,
            "consent": ids(part.consent, "consent"),
        }
        for part in versions
    ]
