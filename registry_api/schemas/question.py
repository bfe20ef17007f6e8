"""The regulator's questions about a model version, and their answers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from registry_api.levels import How
from registry_api.schemas.base import Answer, Hex, Organisation, Stamped


class Source(Answer):
    """Where a fact stands: in an event of a contract, or at a place of a public document."""

    contract: str | None = Field(description="The contract's role.", examples=["training"])
    event: str | None = Field(examples=["RunOpened"])
    record: str | None = Field(
        description="What it is about: an id; `<dataset>/<number>` for a dataset version, `<run>/<number>` for a round."
    )
    block: int | None
    document: Hex | None = Field(description="sha-256 of the document that says it: `GET /v1/blobs/{digest}`.")
    pointer: str | None = Field(description="Where in the document (RFC 6901).", examples=["/metrics/0"])


class Fact(Answer):
    statement: str = Field(examples=["dataset version used to TRAIN"])
    value: Any = Field(description="Any JSON value.")
    level: How = Field(
        description="verified: a contract checked it, and a proof can show it. attested: an organisation signed it. "
        "asserted: stated in a card or by a publisher, checked by nobody."
    )
    by: Organisation | None = Field(description="Who stated or signed it; null for a vote, and for what nobody said.")
    source: Source


class Missing(Answer):
    """A part of the question that cannot be answered."""

    what: str
    why: str


class Reading(Answer):
    """Where to read on."""

    what: str
    href: str = Field(examples=["/v1/consortium"])


class QuestionSummary(Answer):
    number: int = Field(ge=1, le=22)
    title: str
    href: str


class Questions(Stamped):
    version: Hex
    items: list[QuestionSummary]


class QuestionAnswer(Stamped):
    version: Hex
    question: int
    title: str
    facts: list[Fact]
    missing: list[Missing]
    links: list[Reading]
