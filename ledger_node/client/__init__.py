"""The HTTP client of a node: typed, safe to repeat. No web3, no database.

    with Client("http://127.0.0.1:8600", key) as node:
        consent = node.consents.issue(...)["outcome"]["consent"]

Answers are typed dictionaries with the names of the wire (`answers`). Every write takes an idempotency key and is
repeated under it when the connection breaks, so that it has one effect. Problems arrive as `ledger_node.errors`.
`ledger_node.client.aio` has the client for asyncio.
"""

from ledger_node.client.client import Client
from ledger_node.client.inputs import Input, Parent, Scope

__all__ = ["Client", "Input", "Parent", "Scope"]
