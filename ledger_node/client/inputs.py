"""What a caller gives, put into the wire's form and refused early when it has no such form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntFlag

from ledger_node.domain.codes import Operation, names_of
from ledger_node.domain.training import RunInput as Input
from ledger_node.errors import InvalidDigest, InvalidField, InvalidId, InvalidPurpose, MedLedgerError

__all__ = ["Document", "Input", "Json", "card_fields", "digest", "id_", "inputs", "mask", "one", "time", "times"]

Json = dict[str, object]
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Document:
    """A public card: the document itself, or the digest (0x-hex) of one that is already stored."""

    content: Json | None = None
    digest: str | None = None


def id_(text: str, what: str) -> str:
    """An id as it is. InvalidId says what came by its form alone."""
    return _words(text, InvalidId, f"the id of a {what}")


def digest(text: str, what: str) -> str:
    """A sha-256 as 0x-hex. InvalidDigest."""
    return _words(text, InvalidDigest, f"the digest of a {what}")


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


def card_fields(card: Document) -> Json:
    """`{"card": …}` or `{"cardDigest": …}`."""
    if card.content is not None:
        return {"card": card.content}
    if card.digest is None:
        raise InvalidField("a card is missing", got="neither a document nor a digest", needed="one of the two")
    return {"cardDigest": digest(card.digest, "card")}


def inputs(used: Sequence[Input]) -> list[Json]:
    return [
        {"dataset": id_(part.dataset, "dataset"), "version": part.version, "consent": id_(part.consent, "consent")}
        for part in used
    ]
