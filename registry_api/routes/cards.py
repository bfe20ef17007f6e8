"""The schemas that public cards keep to."""

from __future__ import annotations

import json
from typing import Annotated, get_args

from fastapi import Path, Response

from ledger_node.cards import SCHEMAS, Kind, schema_of
from ledger_node.errors import NotFound
from registry_api.routes.parts import Number, router
from registry_api.schemas.card import CardSchema, CardSchemas
from registry_api.schemas.problem import READ

routes = router("cards")
SCHEMA = {"application/schema+json": {"schema": {"type": "object"}}}
CardKind = Annotated[
    str, Path(description="A kind of card: " + ", ".join(get_args(Kind)) + ".", examples=["run-card"], max_length=40)
]


@routes.get("/v1/schemas", responses=READ)
def list_schemas() -> CardSchemas:
    """The schemas that this node knows of public cards, by kind and version."""
    return CardSchemas(
        items=[
            CardSchema(
                name=one.kind,
                version=one.version,
                format=one.format,
                title=schema_of(one)["title"],
                about=schema_of(one)["description"],
            )
            for one in SCHEMAS
        ]
    )


@routes.get(
    "/v1/schemas/{name}/{version}",
    response_class=Response,
    responses={**READ, 200: {"description": "A JSON Schema (2020-12).", "content": SCHEMA}},
)
def get_schema(name: CardKind, version: Number) -> Response:
    """A schema of public cards. A published version never changes."""
    named = next((one for one in SCHEMAS if one == (name, version)), None)
    if named is None:
        raise NotFound("no schema has this name and version", needed=", ".join(one.format for one in SCHEMAS))
    return Response(json.dumps(schema_of(named), indent=2), media_type="application/schema+json")
