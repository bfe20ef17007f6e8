"""Schemas of public cards."""

from typing import Any, TypedDict

#: A JSON Schema as it is.
JsonSchema = dict[str, Any]


class CardSchema(TypedDict):
    """`format` is what a card says to declare it."""

    name: str
    version: int
    format: str
    title: str
    about: str


class CardSchemas(TypedDict):
    items: list[CardSchema]
