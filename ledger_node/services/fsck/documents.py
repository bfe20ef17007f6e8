"""The blob store against the digests that the index names.

A document should be here when this node accepted it. Others are elsewhere, and only verified where they are here too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ledger_node.errors import BlobCorrupt, BlobError, BlobStoreUnreachable, UnknownDocument
from ledger_node.ports import Audit, BlobStore, Pins
from ledger_node.proof.cid import cid_of, cid_of_digest
from ledger_node.proof.hashing import parse_hex
from ledger_node.services.fsck.findings import Code, Finding


class DocumentPart:
    name = "documents"

    def __init__(self, audit: Audit, blobs: BlobStore, pins: Pins) -> None:
        self._audit = audit
        self._blobs = blobs
        self._pins = pins

    def look(self, at: int) -> tuple[int, list[Finding]]:
        accepted, checked, found = self._pins.ages(), 0, []
        try:
            for digest in sorted(self._audit.digests(at)):
                cid = cid_of_digest(parse_hex(digest, 32))
                here = self._here(cid)
                if here is None and cid not in accepted:
                    continue
                checked += 1
                if here is None:
                    found.append(Finding(Code.DOCUMENT_ABSENT, digest, "accepted here and not here", repairable=True))
                elif not here:
                    detail = "its bytes are not those that the digest stands for"
                    found.append(Finding(Code.DOCUMENT_CORRUPT, digest, detail, repairable=True))
        except BlobStoreUnreachable as error:
            found.append(Finding(Code.STORE_AWAY, "documents", error.detail))
        return checked, found

    def _here(self, cid: str) -> bool | None:
        """Whether what is here is whole; None when nothing is."""
        waiting = self._pins.find(cid)
        if waiting is not None:
            return cid_of(waiting) == cid
        if not self._blobs.has(cid):
            return None
        try:
            self._blobs.get(cid)
        except BlobCorrupt:
            return False
        except UnknownDocument:
            return None
        return True

    def repair(self, findings: list[Finding], /) -> Iterator[Finding]:
        for one in findings:
            cid = cid_of_digest(parse_hex(one.subject, 32))
            try:
                # What is not here may be had: a swarm's store asks the other nodes, a folder has nobody to ask.
                self._blobs.put(self._pins.find(cid) or self._blobs.get(cid))
                whole = self._here(cid)
            except (BlobError, UnknownDocument):
                continue
            if whole:
                yield replace(one, repaired=True)
