"""Tables. Index tables only ever get new rows, each with the position of the event that made it, so that a question
as of a block and a rewind are both `block <= n`. State is derived when it is read.

base         types, and what makes an index table
following    where the index stands, the blocks it knows, every event
consortium   organisations, keys, proposals, generations
datasets     datasets, their versions, streams
consents     consents, requests, messages
models       models, their versions, recalls
runs         runs, rounds, answers
local        what no chain rebuilds: the outbox, keys, secrets
captures     what no chain rebuilds either: evidence whose proofs its engine forgets
search       what documents alone rebuild: the words of public cards
"""

from sqlalchemy import Table

from ledger_node.store.schema import captures, consents, consortium, datasets, following, local, models, runs, search
from ledger_node.store.schema.base import metadata

#: Tables that events alone rebuild, by name without the prefix.
INDEX_TABLES: dict[str, Table] = {
    name.removeprefix("index_"): table
    for name, table in sorted(metadata.tables.items())
    if name.startswith("index_") and name not in ("index_checkpoint", "index_block")
}

__all__ = [
    "INDEX_TABLES",
    "captures",
    "consents",
    "consortium",
    "datasets",
    "following",
    "local",
    "metadata",
    "models",
    "runs",
    "search",
]
