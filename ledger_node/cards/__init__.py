"""Public cards and their JSON Schemas (2020-12), each under a name and a version.

A card says by its `format` which schema it keeps to: `medledger-run-card/1` is `schemas/run-card-1.json`. A card
without such a format is an untyped document: anything may stand in it, and nothing is read from it.
"""

from ledger_node.cards.checking import declared, require_card, require_declared
from ledger_node.cards.schemas import SCHEMAS, Kind, Named, schema_of

__all__ = ["SCHEMAS", "Kind", "Named", "declared", "require_card", "require_declared", "schema_of"]
