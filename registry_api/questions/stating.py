"""What an answer is made of: facts, each with its level and source, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ledger_node.domain.position import Position
from registry_api.levels import How


@dataclass(frozen=True, slots=True)
class Source:
    """An event of a contract (by its role) at a block, or a place in a document; `record` is what it is about."""

    contract: str | None = None
    event: str | None = None
    record: str | None = None
    block: int | None = None
    document: str | None = None
    pointer: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """`by` is an organisation's number; None for a vote, and for what nobody said. `value` is JSON."""

    statement: str
    value: object
    level: How
    by: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Missing:
    what: str
    why: str


Said = Iterator[Fact | Missing]

#: Why something that could be known is left out.
NOT_ASKED = "an answer asks about a bounded number of datasets, consents and organisations: read on at the links"


def event(name: str, record: str, at: Position | None = None) -> Source:
    """`event("training.RunOpened", run.id, run.at)`; without a position where the fact does not keep it."""
    contract, _, event = name.partition(".")
    return Source(contract, event, record, None if at is None else at.block)


def _fact(level: How, statement: str, value: object, by: int | None, source: Source) -> Fact:
    return Fact(statement, value, level, by or None, source)


verified = partial(_fact, "verified")
attested = partial(_fact, "attested")
asserted = partial(_fact, "asserted")
