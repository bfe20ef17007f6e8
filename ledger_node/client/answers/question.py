"""The regulator's questions about a model version, and their answers."""

from typing import Any, TypedDict

from ledger_node.client.answers.parts import AsOf, Named


class QuestionSummary(TypedDict):
    number: int
    title: str
    href: str


class Questions(AsOf):
    version: str
    items: list[QuestionSummary]


class Source(TypedDict):
    """Where a fact stands: an event of a contract, or a place (RFC 6901) in a document (by its sha-256)."""

    contract: str | None
    event: str | None
    record: str | None
    block: int | None
    document: str | None
    pointer: str | None


class StatedFact(TypedDict):
    """`level` is verified, attested or asserted; `by` None for a vote, and for what nobody said."""

    statement: str
    value: Any
    level: str
    by: Named | None
    source: Source


class MissingPart(TypedDict):
    what: str
    why: str


class Link(TypedDict):
    what: str
    href: str


class QuestionAnswer(AsOf):
    version: str
    question: int
    title: str
    facts: list[StatedFact]
    missing: list[MissingPart]
    links: list[Link]
