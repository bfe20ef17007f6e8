"""Zipped studies and exports: unpacked by the child process into a private folder that goes when the reading is done.

Members are written under numbers, never under their own names, so that no name leads out of the folder; of a name only
an ending stays that says what a member is. Folders, links and devices inside the archive are passed over. What an
archive may cost is limited before and while it is unpacked.
"""

from __future__ import annotations

import glob
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger_node.edge.files import unwritable
from ledger_node.edge.worker import Limits, Worker
from ledger_node.errors import InvalidDocument, StateConflict

MOST_MEMBERS = 100_000
MOST_BYTES = 64 << 30  # unpacked
MOST_GROWTH = 200  # times the archive's own size, beyond SLACK: images pack twenty times at best
SLACK = 64 << 20
PART = 1 << 20
SECONDS = 3600.0


def is_archive(source: Path) -> bool:
    """Whether this is to be unpacked: a file whose name ends in .zip."""
    return source.suffix.lower() == ".zip" and source.is_file()


@contextmanager
def unpacked(source: Path, out: Path, endings: Sequence[str] = ()) -> Iterator[Path]:
    """The folder to read: `source` itself, or a private one beside `out` with the members of an archive. What a killed
    attempt left there is removed. Of a member's name nothing stays but one of these endings.

    Raises InvalidDocument for an archive that is broken, encrypted or too large, StateConflict when there is no room.
    """
    if not is_archive(source):
        yield source
        return
    with _private(out) as folder:
        with Worker(Limits(seconds=SECONDS), ()) as worker:
            answer = worker.ask("unpack", path=str(source), folder=folder, endings=list(endings))
        if answer is None or "failed" in answer or answer.get("refused") == "BROKEN":
            raise InvalidDocument("the archive cannot be unpacked", got="a broken or encrypted archive", needed=".zip")
        if answer.get("refused") == "TOO_LARGE":
            raise InvalidDocument(
                "the archive unpacks to too much",
                got=f"more than {MOST_MEMBERS:,} members, or {MOST_GROWTH} times its own size",
                needed="several smaller archives, or a folder",
            )
        if answer.get("refused") == "NO_ROOM":
            raise StateConflict("the archive cannot be unpacked", got="a full disk", needed="room beside the output")
        yield Path(folder)


def _private(out: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder beside `out`; what a killed attempt left there goes first. Raises StateConflict."""
    prefix = f".{out.name}.unpacked-"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for left in out.parent.glob(f"{glob.escape(prefix)}*"):
            shutil.rmtree(left, ignore_errors=True)
        return tempfile.TemporaryDirectory(prefix=prefix, dir=out.parent)
    except OSError as failure:
        raise unwritable(failure) from failure


def unpack(path: str, folder: str, endings: Sequence[str]) -> dict[str, Any]:
    """Runs in the child process. What was refused, or how many files there are."""
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if _is_file(one.external_attr) and not one.is_dir()]
            most = min(MOST_BYTES, SLACK + MOST_GROWTH * os.path.getsize(path))
            if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > most:
                return {"refused": "TOO_LARGE"}
            left = most
            for number, member in enumerate(members):
                with (
                    archive.open(member) as packed,
                    open(f"{folder}/{number:06d}{_ending(member.filename, endings)}", "xb") as out,
                ):
                    while part := packed.read(PART):
                        left -= len(part)  # a member's stated size is only its word
                        if left < 0:
                            return {"refused": "TOO_LARGE"}
                        out.write(part)
    except OSError:
        return {"refused": "NO_ROOM"}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError):
        return {"refused": "BROKEN"}
    return {"files": len(members)}


def _ending(name: str, endings: Sequence[str]) -> str:
    return next((ending for ending in endings if name.lower().endswith(ending)), "")


def _is_file(attributes: int) -> bool:
    """Whether a member is a regular file, by the mode that Unix tools write; true when there is none."""
    mode = attributes >> 16
    return not stat.S_IFMT(mode) or stat.S_ISREG(mode)
