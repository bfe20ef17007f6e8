"""The embedded store: a folder of files named by their CID."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from ledger_node.errors import BlobCorrupt, UnknownDocument
from ledger_node.proof.cid import cid_of


class FolderBlobs:
    """Files are written beside their place, synced and renamed, so that a reader never sees half of one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes) -> str:
        cid = cid_of(content)
        place = self._place(cid)
        if place.exists():
            return cid
        place.parent.mkdir(exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=place.parent, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(place)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise
        return cid

    def get(self, cid: str) -> bytes:
        try:
            content = self._place(cid).read_bytes()
        except FileNotFoundError:
            raise UnknownDocument(
                "no document with this pointer is here", needed="put it, or ask the node of its organisation"
            ) from None
        if cid_of(content) != cid:
            raise BlobCorrupt(
                "the stored bytes do not match their pointer",
                got=f"{len(content)} bytes",
                needed="the document itself: put it again after removing the broken file",
            )
        return content

    def has(self, cid: str) -> bool:
        return self._place(cid).exists()

    def health(self) -> str:
        return "ok" if os.access(self._folder, os.W_OK) else "not writable"

    def _place(self, cid: str) -> Path:
        # The last characters of a CID differ most: they spread the files over folders.
        return self._folder / cid[-2:] / cid
