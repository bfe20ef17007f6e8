"""The node itself: who it is, how it is, what to trust."""

from __future__ import annotations

from ledger_node.client import answers
from ledger_node.client.noun import Noun


class Nodes(Noun):
    def get(self) -> answers.Node:
        """The organisation it serves, its chain, its contracts, and how far it has read."""
        return self._http.get(answers.Node, "/v1/node")

    def status(self) -> answers.NodeStatus:
        """What it writes, reads and keeps, and what keeps it from being ready."""
        return self._http.get(answers.NodeStatus, "/v1/node/status")

    def trust(self) -> bytes:
        """The trust file (`medledger-trust/1`) as of the newest indexed block: only as good as this node's word."""
        return self._http.get_bytes("/v1/node/trust")

    def health(self) -> answers.Health:
        """Answers while the process runs."""
        return self._http.get(answers.Health, "/healthz")
