"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger_node.errors import StateConflict


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A private folder (0700) beside `out` that becomes `out` in one rename when the block ends well.

    When the block fails, nothing is left. When the process is killed, the remains are hidden beside `out`, and the next
    attempt removes them. Raises StateConflict when `out` is there already and not empty, when it cannot be written, or
    when another attempt is running.
    """
    require_vacant(out)
    partial = out.parent / f".{out.name}.partial"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(partial, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as failure:
        raise _unwritable(failure) from failure
    try:
        _take(lock, partial)
        try:
            _clear(partial)
            yield partial
            os.fsync(lock)
            require_vacant(out)
            os.rename(partial, out)  # replaces an empty folder, refuses a full one (POSIX rename)
            _sync_folder(out.parent)
        except OSError as failure:
            shutil.rmtree(partial, ignore_errors=True)
            raise _unwritable(failure) from failure
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    finally:
        os.close(lock)


def write_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes a new file and waits until it is on the disk. Only its owner may read it, unless `mode` says otherwise."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def require_vacant(out: Path) -> None:
    """Raises StateConflict unless `out` is absent or an empty folder."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise StateConflict("the output is not a folder", got="another kind of file", needed="a new or empty folder")
    if out.is_dir() and (count := len(os.listdir(out))):
        raise StateConflict("the output folder is in use", got=f"{count} entries", needed="a new or empty folder")


def require_apart(out: Path, source: Path) -> None:
    """Raises StateConflict when `out` lies inside `source`: the next reading would find it there."""
    if out.resolve().is_relative_to(source.resolve()):
        raise StateConflict("the output lies inside the source", got="a folder inside", needed="another place")


def _unwritable(failure: OSError) -> StateConflict:
    name = errno.errorcode.get(failure.errno or 0, type(failure).__name__)
    return StateConflict("the output cannot be written", got=name, needed="a folder with room and permission")


def _take(lock: int, partial: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = os.fstat(lock).st_ino == partial.stat().st_ino
    except OSError:
        mine = False
    if not mine:
        raise StateConflict("another preparation is running", got="a locked folder", needed="one at a time")


def _clear(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
