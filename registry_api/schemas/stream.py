"""Device streams and their anchored tree heads."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from ledger_node.domain.codes import DeviceClass
from ledger_node.domain.command import MAX_BATCH
from ledger_node.domain.dataset import PADDING
from registry_api.schemas.base import (
    EXAMPLE_DIGEST,
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
    whole,
)
from registry_api.strict import MAX_SAFE


class RegisterStream(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"deviceClass": "ULTRASOUND"}]})

    device_class: Annotated[str, NameOf(DeviceClass)] = Field(description="What sends it, as DICOM names modalities.")


class AnchorStream(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"size": 1280, "root": EXAMPLE_DIGEST}]})

    size: Annotated[int, Field(ge=PADDING, le=MAX_SAFE, multiple_of=PADDING), BeforeValidator(whole)] = Field(
        description="Leaves of the padded tree: a multiple of 128, so that it says nothing about one patient."
    )
    root: Digest = Field(description="RFC 9162 tree head.")


class AnchorOf(AnchorStream):
    stream: Id


class AnchorStreams(Asked):
    """Heads of one stream or of several, in their order: all are anchored or none."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"anchors": [{"stream": EXAMPLE_ID, "size": 1280, "root": EXAMPLE_DIGEST}]}]}
    )

    anchors: list[AnchorOf] = Field(min_length=1, max_length=MAX_BATCH)


class Anchor(Answer):
    size: int
    root: Hex
    anchored_at: Moment
    block: int


class Stream(Answer):
    id: Hex
    custodian: Organisation
    device_class: str
    anchors: list[Anchor]
    block: int


class Streams(Listing):
    items: list[Stream]
