"""The schemas of public cards, by name."""

from __future__ import annotations

from pydantic import Field

from registry_api.schemas.base import Answer


class CardSchema(Answer):
    name: str = Field(examples=["run-card"])
    version: int = Field(examples=[1])
    format: str = Field(description="What a card's `format` says to declare it.", examples=["medledger-run-card/1"])
    title: str
    about: str


class CardSchemas(Answer):
    items: list[CardSchema]
