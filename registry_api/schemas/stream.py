"""Device streams and their anchored tree heads."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from registry_api.schemas.base import (
    EXAMPLE_DIGEST,
    Answer,
    Asked,
    Digest,
    Hex,
    Listing,
    Moment,
    Organisation,
    whole,
)
from registry_api.strict import MAX_SAFE

PADDING = 128  # leaves


class AnchorStream(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"size": 1280, "root": EXAMPLE_DIGEST}]})

    size: Annotated[int, Field(ge=PADDING, le=MAX_SAFE, multiple_of=PADDING), BeforeValidator(whole)] = Field(
        description="Leaves of the padded tree: a multiple of 128, so that it says nothing about one patient."
    )
    root: Digest = Field(description="RFC 9162 tree head.")


class Anchor(Answer):
    size: int
    root: Hex
    anchored_at: Moment
    block: int


class Stream(Answer):
    id: Hex
    custodian: Organisation
    anchors: list[Anchor]
    block: int


class Streams(Listing):
    items: list[Stream]
