"""The file of a backup: `manifest.json`, then the parts that it lists with their digests."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ledger_node.errors import BackupInvalid

FORMAT = "medledger-backup/1"
MANIFEST = "manifest.json"
LONGEST_MANIFEST = 1 << 20
PART = re.compile(r"[a-z][a-z_-]{0,60}\.jsonl?")
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """`lines` is the number of rows in a table, 1 for a file as it is; `sha256` is hex."""

    lines: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`made_at` is Unix time, `revision` that of the tables, `software` the version that made it."""

    software: str
    revision: str
    made_at: int
    parts: dict[str, Part]


def write_part(folder: Path, name: str, lines: Iterable[bytes]) -> Part:
    digest, number = hashlib.sha256(), 0
    with (folder / name).open("xb") as file:
        for line in lines:
            file.write(line)
            digest.update(line)
            number += 1
    return Part(number, digest.hexdigest())


def pack(folder: Path, manifest: Manifest, out: Path) -> None:
    """The parts in `folder` as one file that only its owner reads, there as a whole or not at all."""
    new = folder / out.name
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz") as tar:
            content = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2).encode()
            _add(tar, MANIFEST, len(content), manifest.made_at, io.BytesIO(content))
            for name in manifest.parts:
                with (folder / name).open("rb") as part:
                    _add(tar, name, os.fstat(part.fileno()).st_size, manifest.made_at, part)
        file.flush()
        os.fsync(file.fileno())
    os.link(new, out)  # not over another backup


def unpack(file: Path, folder: Path) -> Manifest:
    """Every part into `folder`, verified. BackupInvalid when the file is not a whole backup as it was made."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            manifest = _manifest(tar)
            missing = dict(manifest.parts)
            while (member := tar.next()) is not None:
                if not member.isreg() or member.name not in missing:
                    raise ValueError("a part that the manifest does not list")
                _extract(tar, member, folder, missing.pop(member.name))
            if missing:
                raise ValueError("a part is missing")
            return manifest
    except (OSError, EOFError, zlib.error, tarfile.TarError, ValueError, KeyError, TypeError, AttributeError):
        raise BackupInvalid("the backup cannot be read", needed="a file that medledger node backup made") from None


def _add(tar: tarfile.TarFile, name: str, size: int, time: int, content: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, time, 0o600
    tar.addfile(member, content)


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > LONGEST_MANIFEST:
        raise ValueError("no manifest")
    content: dict[str, Any] = json.loads(_opened(tar, first).read())
    if content["format"] != FORMAT:
        raise BackupInvalid("the backup has another format", needed=FORMAT)
    parts = {name: Part(int(part["lines"]), str(part["sha256"])) for name, part in content["parts"].items()}
    if not all(PART.fullmatch(name) for name in parts):
        raise ValueError("a part's name")
    return Manifest(str(content["software"]), str(content["revision"]), int(content["made_at"]), parts)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, part: Part) -> None:
    digest, source = hashlib.sha256(), _opened(tar, member)
    with (folder / member.name).open("xb") as file:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != part.sha256:
        raise BackupInvalid(
            "a part of the backup is not as it was made", got=member.name, needed="the digest of the manifest"
        )


def _opened(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    opened = tar.extractfile(member)
    if opened is None:
        raise ValueError("not a file")
    return opened
