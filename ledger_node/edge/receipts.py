"""Receipts of erasures: what was erased, by its leaves, which say nothing without their nonces.

A backup that is restored has the rows again, and the receipts erase them again. A receipt names no record and no
person, and its digest may go on chain: it is salted, so that what it holds cannot be guessed.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from pathlib import Path

from ledger_node.edge.attestation import Clock, now, rfc3339
from ledger_node.edge.files import write_file
from ledger_node.edge.keys import Random
from ledger_node.errors import InvalidDigest, InvalidDocument, ManifestMismatch, NotFound
from ledger_node.proof.hashing import parse_hex, sha256, to_hex
from ledger_node.proof.strict_json import Json, dump_canonical, parse

FORMAT = "medledger-erasure/1"
RECEIPTS = "erasures"
SALT_BYTES = 32
LARGEST = 64 << 20  # bytes of a receipt that are read at all


def write(
    folder: Path,
    about: Mapping[str, Json],
    leaves: Collection[bytes],
    clock: Clock = now,
    random: Random = secrets.token_bytes,
) -> tuple[Path, str]:
    """Writes a receipt into `folder/erasures` and returns it with its digest (0x-hex). `about` says of which tree."""
    said: dict[str, Json] = {
        "format": FORMAT,
        **about,
        "erasedAt": rfc3339(clock()),
        "salt": to_hex(random(SALT_BYTES)),
        "leaves": [to_hex(leaf) for leaf in sorted(leaves)],
    }
    content = dump_canonical(said)
    digest = to_hex(sha256(content))
    place = folder / RECEIPTS
    place.mkdir(mode=0o700, exist_ok=True)
    receipt = place / f"{digest[2:18]}.json"
    write_file(receipt, content)
    return receipt, digest


def leaves_in(place: Path, about: Mapping[str, Json]) -> set[bytes]:
    """The leaves that all receipts of a folder name.

    Raises NotFound without receipts, InvalidDocument for what is none, ManifestMismatch for one about another tree.
    """
    files = sorted(place.glob("*.json")) if place.is_dir() else []
    if not files:
        raise NotFound("there are no receipts", needed=f"a folder with the files of {RECEIPTS}/")
    return {leaf for file in files for leaf in _named_in(file, about)}


def _named_in(file: Path, about: Mapping[str, Json]) -> set[bytes]:
    try:
        said = parse(file.read_bytes(), LARGEST)
        if not isinstance(said, dict) or said["format"] != FORMAT or not isinstance(said["leaves"], list):
            raise TypeError
        if {name: said.get(name) for name in about} != about:
            raise ManifestMismatch("a receipt is of another tree", got="another root or stream", needed="this one's")
        return {parse_hex(str(leaf), 32) for leaf in said["leaves"]}
    except OSError as failure:
        raise NotFound("a receipt cannot be read", got=type(failure).__name__, needed="a readable file") from None
    except (KeyError, TypeError, InvalidDigest):
        raise InvalidDocument("this is no receipt of an erasure", got=file.name, needed=FORMAT) from None
