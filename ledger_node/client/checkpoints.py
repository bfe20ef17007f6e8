"""Signed checkpoints: operators' word which block the chain has at a height."""

from __future__ import annotations

from collections.abc import Mapping

from ledger_node.client import answers
from ledger_node.client.noun import Noun

PATH = "/v1/checkpoints"
SIGNER_SECONDS = 60.0  # somebody may have to press a button


class Checkpoints(Noun):
    def list(self, *, limit: int = 50, cursor: str | None = None) -> answers.Page[answers.Checkpoint]:
        """The greatest height first."""
        return self._http.page(answers.Checkpoint, PATH, {"limit": limit, "cursor": cursor})

    def get(self, number: int) -> answers.Checkpoint:
        """What operators signed for at a height."""
        return self._http.get(answers.Checkpoint, f"{PATH}/{number}")

    def headers(self, number: int, *, limit: int = 200) -> answers.Headers:
        """At most so many headers after a block, with their seals."""
        return self._http.get(answers.Headers, f"{PATH}/{number}/headers", {"limit": limit})

    def sign(self, number: int | None = None) -> answers.Checkpoint:
        """The node signs for a final block, the newest unless one is named. SplitView, SignerUnavailable."""
        return self._http.operate(answers.Checkpoint, f"{PATH}/sign", SIGNER_SECONDS, {"number": number})

    def bring(self, checkpoint: Mapping[str, object]) -> answers.Checkpoint:
        """A `medledger-checkpoint/1` document, which the node keeps and countersigns. SplitView when its chain has
        another block there: then it is kept as evidence."""
        return self._http.operate(answers.Checkpoint, PATH, SIGNER_SECONDS, dict(checkpoint))
