"""The embedded store: a folder of files named by their CID. Several nodes on one machine may share it."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ledger_node.durable import sync
from ledger_node.errors import BlobCorrupt, BlobStoreUnreachable, UnknownDocument
from ledger_node.ports import Held
from ledger_node.proof.cid import BLOCK, cid_of

PART = ".part-"  # a file that is being written


class FolderBlobs:
    """Files are written beside their place, synced and renamed, so that a reader never sees half of one."""

    is_local = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes) -> str:
        cid = cid_of(content)
        with _translated():
            if self._is_whole(cid):
                # The age of what is there begins again: whoever collects garbage must see that it is wanted now.
                os.utime(self._place(cid))
            else:
                self._write(self._place(cid), content)
        return cid

    def get(self, cid: str) -> bytes:
        with _translated(), self._place(cid).open("rb") as file:
            content = file.read(BLOCK + 1)
        if len(content) > BLOCK or cid_of(content) != cid:
            raise BlobCorrupt(
                "the stored bytes do not match their pointer",
                got=f"{len(content)} bytes",
                needed="the document itself: put it again",
            )
        return content

    def has(self, cid: str) -> bool:
        with _translated():
            return self._place(cid).exists()

    def held(self) -> Iterator[Held]:
        with _translated():
            for file in self._folder.glob("*/*"):
                with contextlib.suppress(FileNotFoundError):  # renamed or removed meanwhile
                    stat = file.stat()
                    yield Held(file.name, stat.st_size, int(stat.st_mtime))

    def remove(self, unwanted: Sequence[Held]) -> None:
        with _translated():
            for one in unwanted:
                place = self._place(one.cid)
                with contextlib.suppress(FileNotFoundError):
                    if int(place.stat().st_mtime) == one.since:
                        place.unlink()

    def health(self) -> str:
        return "ok" if os.access(self._folder, os.W_OK) else "not writable"

    def _is_whole(self, cid: str) -> bool:
        try:
            self.get(cid)
        except (UnknownDocument, BlobCorrupt):
            return False
        return True

    def _write(self, place: Path, content: bytes) -> None:
        if not place.parent.exists():
            place.parent.mkdir(exist_ok=True)
            sync(self._folder)
        descriptor, temporary = tempfile.mkstemp(dir=place.parent, prefix=PART)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(place)
            sync(place.parent)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise

    def _place(self, cid: str) -> Path:
        # The last characters of a CID differ most: they spread the files over folders.
        if cid.startswith(PART):  # what a process that was killed left; it is known by its name alone
            return next(self._folder.glob(f"*/{cid}"), self._folder / cid)
        return self._folder / cid[-2:] / cid


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """What the file system says as our errors."""
    try:
        yield
    except FileNotFoundError:
        raise UnknownDocument(
            "no document with this pointer is here", needed="put it, or ask the node of its organisation"
        ) from None
    except OSError as error:
        raise BlobStoreUnreachable(
            "the folder of documents cannot be used now",
            got=errno.errorcode.get(error.errno or 0, "an input or output error"),
            needed="free disk, and a folder that this user may write",
        ) from None
