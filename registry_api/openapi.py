"""The API's schema. `python -m registry_api.openapi` prints what `docs/openapi.json` holds."""

from __future__ import annotations

import json
from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ledger_node import __version__
from registry_api import auth
from registry_api.guard import Guarded
from registry_api.schemas.document import JSON
from registry_api.schemas.problem import Problem

TITLE = "MedLedger"
DESCRIPTION = """\
Consent, provenance and evidence for medical AI: one node of a consortium, serving one organisation.

Every write takes an `Idempotency-Key` and answers 202 with a submission, or waits (`Prefer: wait=10`) until the chain
has decided. Every read answers as of a block (`asOf`) and says how far the index lags. Problems are RFC 9457 documents
with stable codes.
"""
TAGS = {
    "consortium": "What all members share: thresholds of votes, generations of contracts.",
    "organisations": "Members of the consortium.",
    "keys": "Keys of members, claims that one was compromised, and what it wrote.",
    "proposals": "What members vote on.",
    "datasets": "Datasets and their immutable versions.",
    "requests": "Asking a hospital for a consent.",
    "consents": "What a hospital permits, and every use of it.",
    "models": "Models and their versions.",
    "versions": "Model versions: life, lineage and evidence.",
    "recalls": "Model versions that are taken back, and who knows of it.",
    "runs": "Training runs.",
    "rounds": "Rounds of a run, and what hospitals answer.",
    "streams": "Device streams and their anchors.",
    "events": "Every fact in its order, as it comes.",
    "webhooks": "Where this node sends events.",
    "submissions": "Writes that this node accepted.",
    "checkpoints": "Blocks that operators of organisations signed for.",
    "blobs": "Public documents.",
    "cards": "Schemas of public cards.",
    "reads": "Reads that this node put on record.",
    "node": "The node and its index.",
    "health": "Probes; they need no key.",
}
#: What an API key's reach may name.
NOUNS = tuple(noun for noun in TAGS if noun != "health")


def document() -> dict[str, Any]:
    """The schema, built without a node."""
    from registry_api.app import create_app

    return create_app(cast("Any", None)).openapi()


def build(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=TITLE,
        version=__version__,
        openapi_version="3.1.0",
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    components = schema["components"]
    components["schemas"]["Json"] = JSON
    components["schemas"]["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for name in ("HTTPValidationError", "ValidationError"):  # the framework's own forms, which never leave this node
        components["schemas"].pop(name, None)
    components["schemas"] = dict(sorted(components["schemas"].items()))
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key of this node, or a token of its identity provider; it has one role.",
        }
    }
    guarded = {route.name for route in routes_of(app) if isinstance(route, Guarded)}
    for operations in schema["paths"].values():
        for operation in operations.values():
            _finish(operation, guarded)
            if operation.get("operationId") in guarded and operation is operations.get("get"):
                operation["responses"]["304"] = {"description": "What `If-None-Match` names is what there is."}
    tidied: dict[str, Any] = _tidy(schema)
    return tidied


def _finish(operation: dict[str, Any], guarded: set[str]) -> None:
    """Drops the framework's implicit 422 and says who may."""
    implicit = operation["responses"].get("422", {}).get("content", {})
    if "application/json" in implicit:
        del operation["responses"]["422"]
    for parameter in operation.get("parameters", []):  # a parameter is left out, never null
        choices = [one for one in parameter["schema"].pop("anyOf", ()) if one != {"type": "null"}]
        parameter["schema"] |= choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}
    name = operation["operationId"]
    if name in guarded:
        operation["security"] = [{"key": []}]
        if name in auth.MAY:
            roles = ", ".join(sorted(auth.MAY[name]))
            operation["description"] = f"{operation['description']}\n\nRoles: {roles}."


def _tidy(part: Any) -> Any:
    """Numbers as they were written (the framework makes 200 into 200.0), and no titles made of field names."""
    match part:
        case dict():
            return {
                name: _tidy(value)
                for name, value in part.items()
                if not (name == "title" and isinstance(value, str) and ("type" in part or "anyOf" in part))
            }
        case list():
            return [_tidy(value) for value in part]
        case float() if part.is_integer():
            return int(part)
        case _:
            return part


def routes_of(app: FastAPI) -> list[Any]:
    return list(app.state.routes)


def render() -> str:
    return json.dumps(document(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(render(), end="")
