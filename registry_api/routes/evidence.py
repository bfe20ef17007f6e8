"""What the routes of evidence share: a bundle to take away."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query, Response
from pydantic import BeforeValidator, Field

from ledger_node.proof.hashing import to_hex
from ledger_node.proof.subject import Subject
from registry_api.routes.parts import attachment
from registry_api.schemas.base import digits
from registry_api.schemas.problem import READ
from registry_api.strict import MAX_SAFE

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

BUNDLE: dict[int | str, dict[str, Any]] = {
    **READ,
    200: {
        "description": "An evidence bundle: canonical JSON that verifies with the node gone.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    },
}


ValidatorsAt = Annotated[
    int | None,
    Query(
        alias="validatorsAt",
        description="Number of a block at which the reader knows the validators: the bundle then holds the sealed "
        "headers after it.",
        examples=[0],
    ),
    Field(ge=0, le=MAX_SAFE),
    BeforeValidator(digits),
]


def taken_away(node: Node, subject: Subject, as_of: int | datetime | None, validators_at: int | None) -> Response:
    """The bundle about a subject, as a file."""
    # Seals show of no newer block than a final one that it stays.
    by_seals = as_of is None and validators_at is not None
    # Without a view, which would keep its moment while the chain is asked.
    block = node.evidence.newest_final() if by_seals else node.times.block(as_of)
    content = node.evidence.bundle(subject, block, validators_at)
    return attachment(content, "application/json", f"medledger-{to_hex(subject.id)[2:10]}-{block}.json")
