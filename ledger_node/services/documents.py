"""Public documents: cards, attestations, policies. Their digest on chain is their pointer."""

from __future__ import annotations

import json

from ledger_node.errors import BlobCorrupt, DocumentTooLarge, InvalidDocument
from ledger_node.ports import BlobStore, Pins
from ledger_node.proof.cid import BLOCK, cid_of, cid_of_digest
from ledger_node.proof.hashing import parse_hex, sha256, to_hex
from ledger_node.shallow import DEEPEST, is_shallow

LARGEST_DOCUMENT = BLOCK  # bytes: one block, so that the CID's digest is the document's own sha-256


class Documents:
    """A document is accepted when it is in the node's own store; `Pinning` brings it from there into the blob store."""

    def __init__(self, blobs: BlobStore, pins: Pins) -> None:
        self._blobs = blobs
        self._pins = pins

    def put(self, content: bytes, *, with_next: bool = False) -> str:
        """Stores a JSON document of one block and returns its sha-256 as 0x-hex; `with_next` with the next write that
        this request accepts, or not at all.

        DocumentTooLarge beyond 256 KiB; InvalidDocument when it is not one JSON object in UTF-8.
        """
        if len(content) > LARGEST_DOCUMENT:
            raise DocumentTooLarge(
                "the document does not fit one block", got=f"{len(content)} bytes", needed=f"at most {LARGEST_DOCUMENT}"
            )
        if not is_shallow(content):
            raise InvalidDocument("the document is nested too deep", needed=f"at most {DEEPEST} levels")
        try:
            parsed = json.loads(content)
        except (ValueError, RecursionError) as error:
            at = getattr(error, "pos", getattr(error, "start", 0))
            raise InvalidDocument(
                "the document is not JSON", got=f"{len(content)} bytes, broken at {at}", needed="a JSON object in UTF-8"
            ) from None
        if not isinstance(parsed, dict):
            raise InvalidDocument(
                "the document is not an object", got=type(parsed).__name__, needed="a JSON object in UTF-8"
            )
        self._pins.keep(cid_of(content), content, with_next=with_next)
        return to_hex(sha256(content))

    def get(self, digest: str) -> bytes:
        """The document whose sha-256 is `digest` (0x-hex); UnknownDocument when this node does not have it."""
        cid = self.cid(digest)
        waiting = self._pins.find(cid)
        if waiting is None:
            return self._blobs.get(cid)
        if cid_of(waiting) != cid:
            raise BlobCorrupt("the bytes in the node's store do not match their pointer", needed="put it again")
        return waiting

    def find(self, digest: str) -> bytes | None:
        """The document if it is at hand; None when another process would have to be asked for it."""
        cid = self.cid(digest)
        at_hand = self._pins.find(cid) is not None or (self._blobs.is_local and self._blobs.has(cid))
        return self.get(digest) if at_hand else None

    def cid(self, digest: str) -> str:
        return cid_of_digest(parse_hex(digest, 32))
