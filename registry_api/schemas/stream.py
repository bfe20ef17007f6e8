"""Device streams and their anchored tree heads."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from ledger_node.domain import dataset as domain
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
    Stamped,
    rfc3339,
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

    @classmethod
    def of(cls, found: domain.Anchor) -> Anchor:
        return cls(size=found.size, root=found.root, anchored_at=rfc3339(found.anchored_at), block=found.at.block)


class Anchors(Listing):
    items: list[Anchor]


class StreamFacts(Answer):
    id: Hex
    custodian: Organisation
    device_class: str
    anchor_count: int = Field(description="How many heads were anchored.")
    newest_anchor: Anchor | None
    block: int

    @classmethod
    def of(cls, found: domain.Stream, custodian: Organisation) -> StreamFacts:
        return cls(
            id=found.id,
            custodian=custodian,
            device_class=found.device_class.name,
            anchor_count=found.anchor_count,
            newest_anchor=None if found.newest_anchor is None else Anchor.of(found.newest_anchor),
            block=found.at.block,
        )


class Stream(Stamped, StreamFacts):
    pass


class Streams(Listing):
    items: list[StreamFacts]
