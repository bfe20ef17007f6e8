"""Recalls of model versions, and who has read them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from ledger_node.domain.codes import Severity
from registry_api.schemas.base import (
    EXAMPLE_ID,
    Answer,
    Asked,
    Digest,
    Hex,
    Id,
    Listing,
    Moment,
    NameOf,
    Organisation,
    Stamped,
)
from registry_api.schemas.document import as_digest, as_object, either_of, present

EXAMPLE_RECALL = {
    "version": EXAMPLE_ID,
    "severity": "SERIOUS",
    "notice": {"title": "Misses lesions under 5 mm", "advice": "Do not use version 3 for screening."},
    "replacement": None,
}


class IssueRecall(Asked):
    """Exactly one of `notice` (public; the node stores it and uses its digest) and `noticeDigest`."""

    model_config = ConfigDict(json_schema_extra=either_of("notice", "noticeDigest", EXAMPLE_RECALL))

    version: Id
    severity: Annotated[str, NameOf(Severity)]
    notice: Annotated[
        dict[str, Any] | None, BeforeValidator(present), WithJsonSchema(as_object("The public notice itself"))
    ] = None
    notice_digest: Annotated[
        Digest | None, BeforeValidator(present), WithJsonSchema(as_digest("a notice that is published elsewhere"))
    ] = None
    replacement: Id | None = Field(None, description="Another version of the model, named only by its publisher.")

    @model_validator(mode="after")
    def _one_of_two(self) -> IssueRecall:
        if (self.notice is None) == (self.notice_digest is None):
            raise PydanticCustomError("card", "exactly one of notice and noticeDigest")
        return self


class Acknowledgement(Answer):
    organisation: Organisation
    acknowledged_at: Moment
    block: int


class Lifting(Answer):
    """The end of a recall."""

    actor: Organisation | None = Field(description="Who lifted it; null for a vote.")
    lifted_at: Moment


class RecallFacts(Answer):
    id: Hex
    version: Hex
    issuer: Organisation
    severity: str
    notice_digest: Hex
    replacement: Hex | None
    issued_at: Moment
    acknowledgements: list[Acknowledgement]
    stands: bool
    lifted: Lifting | None
    block: int


class Recall(Stamped, RecallFacts):
    pass


class Recalls(Listing):
    items: list[RecallFacts]
