"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger_node.durable import sync
from ledger_node.errors import StateConflict


@contextmanager
def staged(out: Path, keep: bool = False) -> Iterator[Path]:
    """A private folder (0700) beside `out` that becomes `out` in one rename when the block ends well.

    When the block fails, nothing is left. When the process is killed, the remains are hidden beside `out`, and the next
    attempt removes them; with `keep` it finds them in its folder instead, and those of an interruption too. Raises
    StateConflict when `out` is there already and not empty, when it cannot be written, or when another attempt is
    running.
    """
    require_vacant(out)
    partial = out.parent / f".{out.name}.partial"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir(mode=0o700, exist_ok=True)
        lock = locked(partial, "another preparation is running")
    except OSError as failure:
        raise unwritable(failure) from failure
    try:
        try:
            if not keep:
                clear(partial)
            yield partial
            os.fsync(lock)
            require_vacant(out)
            os.rename(partial, out)  # replaces an empty folder, refuses a full one (POSIX rename)
            sync(out.parent)
        except OSError as failure:
            shutil.rmtree(partial, ignore_errors=True)
            raise unwritable(failure) from failure
        except BaseException as failure:
            if keep and isinstance(failure, KeyboardInterrupt):
                with suppress(OSError):
                    partial.rmdir()  # nothing was done yet
                raise
            shutil.rmtree(partial, ignore_errors=True)
            raise
    finally:
        os.close(lock)


def locked(folder: Path, busy: str) -> int:
    """The lock of a folder, which ends when it is closed or with the process. Raises StateConflict, which says `busy`,
    when another holds it."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        lock_open(lock, folder, busy)
    except StateConflict:
        os.close(lock)
        raise
    return lock


def lock_open(lock: int, path: Path, busy: str) -> None:
    """As `locked`, of a file or folder that is open already."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = os.fstat(lock).st_ino == path.stat().st_ino  # it may have got another name meanwhile
    except OSError:
        mine = False
    if not mine:
        raise StateConflict(busy, got="a lock", needed="one at a time")


def write_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes a new file and waits until it is on the disk. Only its owner may read it, unless `mode` says otherwise."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """Puts `content` in the place of a file whose bytes are personal and go: see `put_over`."""
    partial = path.parent / f".{path.name}.partial"
    partial.unlink(missing_ok=True)
    write_file(partial, content)
    put_over(partial, path)


def put_over(new: Path, path: Path) -> None:
    """Renames `new` to `path` and overwrites the bytes of what was there.

    A copy-on-write file system, a solid-state disk and a backup may still have them.
    """
    with path.open("r+b") as old:
        new.rename(path)
        old.write(bytes(os.fstat(old.fileno()).st_size))
        os.fsync(old.fileno())
    sync(path.parent)


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


def unwritable(failure: OSError) -> StateConflict:
    """What to say of a place where nothing can be written."""
    name = errno.errorcode.get(failure.errno or 0, type(failure).__name__)
    return StateConflict("the output cannot be written", got=name, needed="a folder with room and permission")


def clear(folder: Path, but: Container[str] = ()) -> None:
    """Removes what is in a folder, but what has one of these names."""
    for entry in folder.iterdir():
        if entry.name in but:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
