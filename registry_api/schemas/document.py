"""Public documents (cards) in a write: as they are, or by digest; and stored documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from registry_api.schemas.base import EXAMPLE_DIGEST, HEX32, Answer, Asked, Digest, Hex
from registry_api.strict import MAX_SAFE


def present(value: object) -> object:
    if value is None:
        raise PydanticCustomError("card", "a value, or leave the field out")
    return value


def as_object(what: str) -> dict[str, Any]:
    """A document in a body, in JSON Schema."""
    return {
        "type": "object",
        "description": f"{what}: public, nothing personal, at most 256 KiB in RFC 8785 form.",
        "additionalProperties": {"$ref": "#/components/schemas/Json"},
    }


def as_digest(what: str) -> dict[str, Any]:
    """The digest of a document, in JSON Schema."""
    return {"type": "string", "pattern": HEX32, "description": f"sha-256 of {what}."}


def either_of(document: str, digest: str, example: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    """Says in JSON Schema that a body has exactly one of two fields, with an example."""

    def refine(schema: dict[str, Any]) -> None:
        for name in (document, digest):
            schema["properties"][name].pop("default", None)
        schema["oneOf"] = [{"required": [document]}, {"required": [digest]}]
        schema["examples"] = [example]

    return refine


#: What a card may hold, in JSON Schema: every number within what JSON carries without loss.
JSON = {
    "description": "Any JSON value; numbers within 2^53 - 1, nesting up to 64.",
    "anyOf": [
        {"type": ["string", "boolean", "null"]},
        {"type": "number", "minimum": -MAX_SAFE, "maximum": MAX_SAFE},
        {"type": "array", "items": {"$ref": "#/components/schemas/Json"}},
        {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Json"}},
    ],
}


class WithCard(Asked):
    """Exactly one of `card` (the node stores it and uses its digest) and `cardDigest`."""

    card: Annotated[dict[str, Any] | None, BeforeValidator(present), WithJsonSchema(as_object("The card itself"))] = (
        None
    )
    card_digest: Annotated[
        Digest | None, BeforeValidator(present), WithJsonSchema(as_digest("a card that is published elsewhere"))
    ] = None

    @model_validator(mode="after")
    def _one_of_two(self) -> WithCard:
        if (self.card is None) == (self.card_digest is None):
            raise PydanticCustomError("card", "exactly one of card and cardDigest")
        return self


def one_card(example: dict[str, Any]) -> ConfigDict:
    """A model's configuration that says in JSON Schema what `_one_of_two` checks, with an example."""
    return ConfigDict(json_schema_extra=either_of("card", "cardDigest", example))


class Blob(Answer):
    """A stored document."""

    digest: Hex = Field(description="sha-256 of the bytes.", examples=[EXAMPLE_DIGEST])
    cid: str = Field(description="CIDv1 of the same bytes.", examples=["bafkreifzjut3te7nhyekklss27…"])
    size: int = Field(description="Bytes.", examples=[1423])
