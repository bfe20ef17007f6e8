"""The captured bundle of a block, for when the engine does not serve it."""

from __future__ import annotations

import logging

from ledger_node.capture.parts import put_together
from ledger_node.errors import ChainUnreachable, EvidenceUnavailable
from ledger_node.ports import Capture, Captures, Ledger
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.subject import MODEL_VERSION, Subject
from ledger_node.services.documents import Documents

log = logging.getLogger(__name__)


class Giving:
    """`services.evidence.Captured`: model versions are captured."""

    def __init__(self, captures: Captures, documents: Documents, ledger: Ledger) -> None:
        self._captures = captures
        self._documents = documents
        self._ledger = ledger

    def find(self, subject: Subject, block: int) -> bytes | None:
        if subject.kind != MODEL_VERSION:
            return None
        stored = self._captures.find(to_hex(subject.id), block)
        if stored is None or not self._stands(stored.capture):
            return None
        try:
            return put_together(stored, self._documents.get)
        except EvidenceUnavailable as failure:
            log.warning("a capture does not give its bundle: %s", failure.detail)
            return None

    def near(self, subject: Subject, block: int) -> list[int]:
        return self._captures.near(to_hex(subject.id), block) if subject.kind == MODEL_VERSION else []

    def _stands(self, capture: Capture) -> bool:
        """A block was final when it was captured. If the chain turned deeper than it should, this one is of another."""
        try:
            block = self._ledger.block(capture.block)
        except ChainUnreachable:
            return True
        return block is None or block.hash == capture.block_hash
