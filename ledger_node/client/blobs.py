"""Public documents by their digest. Bytes are verified here as well, against the digest that was asked for."""

from __future__ import annotations

import hashlib

from ledger_node.client import answers
from ledger_node.client.inputs import digest
from ledger_node.client.noun import Noun
from ledger_node.errors import BlobCorrupt


class Blobs(Noun):
    def put(self, content: bytes, *, idempotency_key: str | None = None) -> answers.Blob:
        """Stores a JSON document of at most 256 KiB, byte for byte. BlobCorrupt when the node names another digest."""

        def check(stored: answers.Blob) -> answers.Blob:
            if stored["digest"] != _sha256(content):
                raise BlobCorrupt("the node stored other bytes", got="another digest", needed="the document's sha-256")
            return stored

        return self._http.put(answers.Blob, "/v1/blobs", content, idempotency_key, check)

    def get(self, document: str) -> bytes:
        """The document whose sha-256 is `document` (0x-hex). UnknownDocument, BlobCorrupt."""

        def check(content: bytes) -> bytes:
            if _sha256(content) != document:
                raise BlobCorrupt("the node gave other bytes", got="another digest", needed="the document's sha-256")
            return content

        return self._http.get_bytes(f"/v1/blobs/{digest(document, 'document')}", check=check)


def _sha256(content: bytes) -> str:
    return "0x" + hashlib.sha256(content).hexdigest()
