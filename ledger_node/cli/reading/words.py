"""Ids, digests and addresses, and what is put together of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ledger_node.cli.reading.files import unreadable
from ledger_node.cli.reading.names import name
from ledger_node.domain.codes import Operation
from ledger_node.errors import InvalidDigest, InvalidField, InvalidPurpose
from ledger_node.model_files import digest_of

if TYPE_CHECKING:
    from ledger_node.domain.dataset import Parent
    from ledger_node.domain.training import RunInput

_HEX = frozenset("0123456789abcdef")


def digest(text: str, option: str) -> str:
    """32 bytes as 0x-hex. InvalidDigest."""
    if len(text) != 66:
        raise InvalidDigest(
            f"{option} has another length", got=f"{len(text)} characters", needed="0x and 64 hex digits (32 bytes)"
        )
    if not text.startswith("0x") or not _HEX.issuperset(text[2:]):
        raise InvalidDigest(f"{option} is not hex", got="other characters", needed="0x and 64 lowercase hex digits")
    return text


def digest_or_file(text: str, option: str) -> str:
    """A digest as it is, or the sha-256 of the file that was named. The file is hashed, never opened as anything."""
    if text.startswith("0x"):
        return digest(text, option)
    try:
        with Path(text).open("rb") as file:
            return "0x" + hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        unreadable(option, error, "a file, or a digest: 0x and 64 hex digits")


def digest_or_files(text: str, option: str) -> str:
    """As `digest_or_file`, of a model: its folder too."""
    if text.startswith("0x") or not Path(text).is_dir():
        return digest_or_file(text, option)
    return digest_of_files(Path(text), option)


def digest_of_files(files: Path, option: str) -> str:
    """Of a file or a model's folder. The files are hashed, never opened as anything."""
    try:
        return digest_of(files)
    except OSError as error:
        unreadable(option, error, "files that can be read")


def address(text: str, option: str) -> str:
    """A key or a contract by its address, in any case. InvalidField."""
    if len(text) != 42 or not text.startswith("0x") or not _HEX.issuperset(text[2:].lower()):
        raise InvalidField(
            f"{option} is not an address", got=f"{len(text)} characters", needed="0x and 40 hex digits (20 bytes)"
        )
    return text


def versions(text: str) -> tuple[int, int | None]:
    """`1:` is 1 and all later ones, `1:3` the first three, `2` the second alone, `:3` up to the third."""
    first, colon, last = text.partition(":")
    if not (first or "1").isdecimal() or not (last or "1").isdecimal() or not (first or last):
        raise InvalidField("the versions cannot be read", got=f"{len(text)} characters", needed="1: or 1:3 or 2")
    lowest = int(first or 1)
    highest = int(last) if last else None if colon else lowest
    if lowest < 1 or (highest is not None and highest < lowest):
        raise InvalidField("the versions are no range", got=f"{lowest} to {highest}", needed="1 or more, rising")
    return lowest, highest


def run_input(text: str, operation: Operation) -> RunInput:
    """`DATASET:VERSION:CONSENT[:OPERATION]`; `operation` is that of an input which names none."""
    from ledger_node.domain.training import INPUT_OPERATIONS, RunInput

    parts = text.split(":")
    if len(parts) not in (3, 4) or not _counts(parts[1]):
        raise InvalidField(
            "an input cannot be read",
            got=f"{len(parts)} parts",
            needed="DATASET:VERSION:CONSENT or DATASET:VERSION:CONSENT:OPERATION, like 0x…:1:0x…:TEST",
        )
    used_for = name(Operation, parts[3], "the input's operation") if len(parts) == 4 else operation
    if used_for not in INPUT_OPERATIONS:
        raise InvalidPurpose(
            "a run's input is not used for this",
            got=used_for.name or "none",
            needed=", ".join(str(one.name) for one in INPUT_OPERATIONS),
        )
    dataset, consent = digest(parts[0], "the input's dataset"), digest(parts[2], "the input's consent")
    return RunInput(dataset, int(parts[1]), consent, used_for)


def parent(text: str) -> Parent:
    """`DATASET:VERSION:CONSENT`, or `DATASET:VERSION` for a dataset of one's own."""
    from ledger_node.domain.dataset import Parent

    parts = text.split(":")
    if len(parts) not in (2, 3) or not _counts(parts[1]):
        raise InvalidField(
            "a parent cannot be read",
            got=f"{len(parts)} parts",
            needed="DATASET:VERSION:CONSENT, or DATASET:VERSION of your own, like 0x…:1",
        )
    consent = digest(parts[2], "the parent's consent") if len(parts) == 3 else None
    return Parent(digest(parts[0], "the parent's dataset"), int(parts[1]), consent)


def head(text: str) -> tuple[str, int, str]:
    """`STREAM:SIZE:ROOT`, the head of a stream's tree."""
    parts = text.split(":")
    if len(parts) != 3 or not _counts(parts[1], 16):
        raise InvalidField(
            "a tree head cannot be read", got=f"{len(parts)} parts", needed="STREAM:SIZE:ROOT, like 0x…:1280:0x…"
        )
    return digest(parts[0], "the head's stream"), int(parts[1]), digest(parts[2], "the head's root")


def _counts(text: str, digits: int = 10) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= digits and int(text) > 0
