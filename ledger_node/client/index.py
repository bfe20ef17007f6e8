"""The node's cache of the chain."""

from __future__ import annotations

from ledger_node.client import answers
from ledger_node.client.noun import Noun

REBUILD_SECONDS = 3600.0  # a long chain is read again from its first block


class Index(Noun):
    def digest(self) -> answers.IndexDigest:
        """sha-256 over every indexed row: equal on every honest node at the same block."""
        return self._http.get(answers.IndexDigest, "/v1/index/digest")

    def rebuild(self) -> answers.Rebuild:
        """Makes the index again from events alone."""
        return self._http.operate(answers.Rebuild, "/v1/index/rebuild", REBUILD_SECONDS)
