"""What a read costs: over HTTP beside a constant, beside recursive SQL on the same database, and as the registry grows.

No chain is needed: a read never asks one. The index is filled with events that no chain held, by the code that fills it
from a chain: `projection.rows_of` makes the rows of each event, `SqlIndex.apply` writes them.

facts      the events of a consortium at work, of whatever size
filling    an index with so many of them
place      one registry of one size, and what is asked of it without HTTP
served     the node's application under uvicorn, in a process of its own, with a constant beside its routes
asking     requests a second over a few connections that stay open
recursive  the same answers by one recursive SQL statement each
"""
