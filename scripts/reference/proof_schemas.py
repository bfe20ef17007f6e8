"""JSON Schemas of the files that evidence consists of, from the readers themselves."""

from __future__ import annotations

import json
from typing import Any

from ledger_node.proof import checkpoint, envelope, trust
from ledger_node.proof.codec import Codec

#: By file name: what reads such a file, and what it is.
FORMATS: dict[str, tuple[Codec[Any], str]] = {
    "evidence.schema.json": (envelope.bundle, "An evidence bundle"),
    "trust.schema.json": (trust.trust, "What a reader of evidence believes beforehand"),
    "checkpoint.schema.json": (checkpoint.codec, "A signed checkpoint"),
}


def render(name: str) -> str:
    """The schema of a file. It says less than the reader: nothing of order, canonical form and what hangs together."""
    codec, title = FORMATS[name]
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **codec.shape}
    return json.dumps(schema, indent=1) + "\n"
