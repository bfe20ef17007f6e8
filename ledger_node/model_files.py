"""The digest of a model's files: what stands on the chain as `artifactDigest`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ledger_node.errors import InvalidField

#: What OpenSSF Model Signing leaves out of a folder unless told otherwise.
IGNORED = frozenset({".git", ".gitattributes", ".github", ".gitignore"})


def digest_of(files: Path) -> str:
    """0x-hex. Of one file its sha-256; of a folder the root digest of OpenSSF Model Signing 1.0: sha-256 over the
    sha-256 of each file, in the order of their paths. The files are hashed, never opened as anything.

    InvalidField for a folder without files, and for what is no regular file. OSError.
    """
    if not files.is_dir():
        return "0x" + _sha256(files).hex()
    whole = hashlib.sha256()
    empty = True
    for file in _within(files):
        whole.update(_sha256(file))
        empty = False
    if empty:
        raise InvalidField("the model's folder holds no file", got="an empty folder", needed="the files of a model")
    return "0x" + whole.hexdigest()


def _within(folder: Path) -> Iterator[Path]:
    """As Model Signing orders them: by the parts of their paths."""
    for path in sorted(folder.rglob("*")):
        if path.relative_to(folder).parts[0] in IGNORED:
            continue
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise InvalidField(
                "the model's folder holds what is no file", got="a link or a device", needed="regular files"
            )
        if path.is_file():
            yield path


def _sha256(file: Path) -> bytes:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()
