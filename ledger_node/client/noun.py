"""What all nouns share: a connection."""

from __future__ import annotations

from ledger_node.client.calls import Calls

WAIT = 30  # seconds that a write waits for its block unless told otherwise


class Noun:
    def __init__(self, http: Calls) -> None:
        self._http = http
