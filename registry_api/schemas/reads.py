"""Reads on record."""

from __future__ import annotations

from pydantic import Field

from ledger_node.ports import RecordedRead as Kept
from registry_api.schemas.base import Answer, Listing, Moment, rfc3339


class RecordedRead(Answer):
    number: int = Field(description="Counts the reads on record, from 1.")
    read_at: Moment
    caller: str = Field(
        description="`key ID LABEL`, or `token ISSUER HASH` with a keyed hash of the subject; never a person. "
        "`visitor` for who looked at a page of the explorer without signing in.",
        examples=["key 3f0c51a2b77d inspection desk"],
    )
    operation: str = Field(
        description="As this schema names it; the path of a page of the explorer.", examples=["get_version"]
    )
    subject: str | None = Field(description="What the path names first; null for a list.")
    as_of_block: int | None = Field(description="The block that the answer spoke of; null for what speaks of none.")

    @classmethod
    def of(cls, kept: Kept) -> RecordedRead:
        return cls(
            number=kept.number,
            read_at=rfc3339(kept.read_at),
            caller=kept.caller,
            operation=kept.operation,
            subject=kept.subject,
            as_of_block=kept.as_of,
        )


class RecordedReads(Listing):
    items: list[RecordedRead]
